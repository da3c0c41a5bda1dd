// What the inventory says of nodes: a column of small numbers for each label. It does not judge selectors.

import type { LabelColumn } from '../api/types'
import { expand } from '../nodeset'

interface Column {
  readonly values: readonly string[]
  /** For each node the value's number plus one; 0 if it has none. */
  readonly of: Uint16Array
  readonly leftOut: boolean
}

export class Labels {
  private readonly columns = new Map<string, Column>()

  constructor(labels: readonly LabelColumn[], places: ReadonlyMap<string, number>, size: number) {
    for (const { label, values, left_out } of labels) {
      const of = new Uint16Array(left_out ? 0 : size)
      values.forEach(({ nodes }, number) => {
        expand(nodes, (name) => {
          const at = places.get(name)
          if (at !== undefined) of[at] = number + 1
        })
      })
      this.columns.set(label, { values: values.map(({ value }) => value), of, leftOut: Boolean(left_out) })
    }
  }

  names(): string[] {
    return [...this.columns.keys()]
  }

  values(label: string): readonly string[] {
    return this.columns.get(label)?.values ?? []
  }

  /** Whether the label has so many values that only the server knows them. */
  isLeftOut(label: string): boolean {
    return this.columns.get(label)?.leftOut ?? false
  }

  /** What a node's label says. */
  get(label: string, at: number): string | undefined {
    const column = this.columns.get(label)
    const number = column?.of[at] ?? 0
    return number === 0 ? undefined : column!.values[number - 1]
  }

  /** Every label of a node. */
  all(at: number): [string, string][] {
    return this.names().flatMap((label) => {
      const value = this.get(label, at)
      return value === undefined ? [] : [[label, value] as [string, string]]
    })
  }

  /** Tells `visit` the nodes whose label has the value. */
  each(label: string, value: string, visit: (at: number) => void): void {
    const column = this.columns.get(label)
    const number = (column?.values.indexOf(value) ?? -1) + 1
    if (!column || number === 0) return
    for (let at = 0; at < column.of.length; at++) if (column.of[at] === number) visit(at)
  }
}
