// A command line with a button that copies it.

import { copy } from '../app/ui'

export function CopyLine(props: { line: string; label?: string }) {
  return (
    <div class="copy-line">
      <code tabindex="0" role="group" aria-label={props.label ?? 'The same on the command line'}>
        {props.line}
      </code>
      <button class="quiet" type="button" onClick={() => void copy(props.line)}>
        Copy
      </button>
    </div>
  )
}
