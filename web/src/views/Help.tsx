// The keys, and the words of the page.

import { For } from 'solid-js'
import { KEYS } from '../app/keys'
import { setHelp } from '../app/ui'
import { Dialog } from '../parts/Dialog'

const WORDS: readonly (readonly [word: string, means: string])[] = [
  ['intent', 'a command seen from one node. Every accepted one has exactly one end.'],
  ['superseded', 'a newer intent took its place. What was sent before cannot be taken back, only outlived.'],
  ['joined', 'it shares the work of an older one with the same goal, and its end.'],
  ['backing off', 'something went wrong; it tries again, less and less often, until its deadline.'],
  ['unknown', 'the BMC could not be read. It is neither on nor off.'],
  ['uncertain', 'an order that is sent at most once may or may not have happened. It is not repeated by guess.'],
]

export function Help() {
  return (
    <Dialog title="Keys and words" close={() => setHelp(false)} wide>
      <div class="help">
        <dl class="keys">
          <For each={KEYS}>
            {([key, does]) => (
              <div>
                <dt>
                  <For each={key.split('  ')}>{(one) => <kbd>{one}</kbd>}</For>
                </dt>
                <dd>{does}</dd>
              </div>
            )}
          </For>
        </dl>
        <dl class="words">
          <For each={WORDS}>
            {([word, means]) => (
              <div>
                <dt>{word}</dt>
                <dd>{means}</dd>
              </div>
            )}
          </For>
        </dl>
      </div>
    </Dialog>
  )
}
