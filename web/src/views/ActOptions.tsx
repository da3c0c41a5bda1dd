// What a command may carry besides: a boot override, bounds in time, a hold, batches.

import { Show } from 'solid-js'
import type { SetStoreFunction } from 'solid-js/store'
import type { BootDevice } from '../api/types'
import { endsOn, isSoft, type Draft } from '../act/plan'

export function ActOptions(props: { wish: Draft; setWish: SetStoreFunction<Draft> }) {
  const text = (name: 'forceAfter' | 'deadline' | 'holdFor' | 'delay') => (event: InputEvent & { currentTarget: HTMLInputElement }) =>
    props.setWish(name, event.currentTarget.value)
  return (
    <details class="options">
      <summary>Boot override, hold, batches, kin, bounds</summary>
      <div class="options-grid">
        <Show when={endsOn(props.wish.action)}>
          <label for="act-boot">Boot from</label>
          <span class="together">
            <select id="act-boot" onChange={(event) => props.setWish('device', event.currentTarget.value as BootDevice | '')}>
              <option value="">as it is set</option>
              <option value="pxe">network (pxe)</option>
              <option value="disk">disk</option>
              <option value="bios">firmware setup (bios)</option>
              <option value="cd">cd</option>
              <option value="none">no override (none)</option>
            </select>
            <label class="check">
              <input type="checkbox" onChange={(event) => props.setWish('uefi', event.currentTarget.checked)} /> UEFI
            </label>
            <label class="check">
              <input type="checkbox" onChange={(event) => props.setWish('persistent', event.currentTarget.checked)} /> every boot
            </label>
          </span>
        </Show>
        <Show when={isSoft(props.wish.action)}>
          <label for="act-force">Power off hard after</label>
          <input id="act-force" type="text" placeholder="never" onInput={text('forceAfter')} />
        </Show>
        <label for="act-hold">Hold it as well, for</label>
        <input id="act-hold" type="text" placeholder="no hold; 30m, 2h" onInput={text('holdFor')} />
        <label for="act-deadline">Give up after</label>
        <input id="act-deadline" type="text" placeholder="what the inventory says" onInput={text('deadline')} />
        <Show when={props.wish.names.length > 1}>
          <label for="act-batch">In batches of</label>
          <span class="together">
            <input
              id="act-batch"
              type="number"
              min="0"
              placeholder="all at once"
              onInput={(event) => props.setWish('batch', Number(event.currentTarget.value) || 0)}
            />
            <label for="act-delay">with a pause of</label>
            <input id="act-delay" type="text" placeholder="none" onInput={text('delay')} />
          </span>
          <Show when={props.wish.batch > 0}>
            <label for="act-stop">Stop after failures</label>
            <input id="act-stop" type="number" min="0" placeholder="never" onInput={(event) => props.setWish('stopAfter', Number(event.currentTarget.value) || 0)} />
          </Show>
        </Show>
        <span>Kin</span>
        <span class="together">
          <label class="check">
            <input type="checkbox" onChange={(event) => props.setWish('withChildren', event.currentTarget.checked)} /> what depends on them
          </label>
          <label class="check">
            <input type="checkbox" onChange={(event) => props.setWish('withParents', event.currentTarget.checked)} /> what they depend on
          </label>
        </span>
      </div>
    </details>
  )
}
