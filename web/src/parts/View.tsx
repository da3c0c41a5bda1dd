// A page of the shell that is read from top to bottom: a title, a line on what it is, and its content.

import { Show, type JSX } from 'solid-js'

export function View(props: { title: string; says: string; tools?: JSX.Element; wrong?: string | undefined; children: JSX.Element }) {
  return (
    <div class="view">
      <header class="view-head">
        <div>
          <h1>{props.title}</h1>
          <p class="faint">{props.says}</p>
        </div>
        <div class="view-tools">{props.tools}</div>
      </header>
      <Show when={props.wrong}>
        <p class="wrong" role="alert">
          {props.wrong}
        </p>
      </Show>
      {props.children}
    </div>
  )
}
