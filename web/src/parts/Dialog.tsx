// A dialog that holds the focus, closes with Esc, and gives the focus back.

import { onCleanup, onMount, type JSX } from 'solid-js'

const DOUBLE_CLICK_MS = 600

export function Dialog(props: { title: string; close: () => void; children: JSX.Element; wide?: boolean }) {
  let dialog!: HTMLDialogElement
  const before = document.activeElement
  const opened = performance.now()
  onMount(() => dialog.showModal())
  onCleanup(() => before instanceof HTMLElement && before.isConnected && before.focus())
  const press = (event: MouseEvent) => {
    // the second half of a double click on what opened it closes nothing
    if (event.target === dialog && performance.now() - opened > DOUBLE_CLICK_MS) props.close()
  }
  return (
    <dialog ref={dialog} class="dialog" classList={{ wide: props.wide ?? false }} aria-labelledby="dialog-title" onClose={props.close} onClick={press}>
      <div class="dialog-inner">
        <header>
          <h2 id="dialog-title">{props.title}</h2>
          <button class="quiet" type="button" onClick={props.close} aria-label="Close">
            ✕
          </button>
        </header>
        {props.children}
      </div>
    </dialog>
  )
}
