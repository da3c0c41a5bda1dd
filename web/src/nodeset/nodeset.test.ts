// The server's own tables of node sets (crates/nodeset/tests), read here as there.
import { expect, test } from 'vitest'
import { NodeSet, NodeSetError, expandAll, fold, parse, type Groups } from './index'

const folded = (text: string, groups?: Groups) => fold(parse(text, groups))

test.each([
  ['', ''],
  [' \t\n', ''],
  ['login', 'login'],
  ['n[10,9,1]', 'n1 n9 n10'],
  ['n[08-10]', 'n08 n09 n10'],
  ['node[001,2,10]', 'node2 node10 node001'],
  ['n[1-10/3]', 'n1 n4 n7 n10'],
  ['n[1-2]-ib', 'n1-ib n2-ib'],
  ['r[1-2]n[9-10]', 'r1n9 r1n10 r2n9 r2n10'],
  ['r2n1,r1n2,r1n1', 'r1n1 r1n2 r2n1'],
  ['n[1-4]!n2,n2', 'n1 n2 n3 n4'],
  ['n[1-4]!n2!n3', 'n1 n4'],
  ['n[1-4]&n[3-6]', 'n3 n4'],
  ['n[1-4]^n[3-6]', 'n1 n2 n5 n6'],
  ['a,b&b,c', 'b c'],
  ['b n[1-2]  a\nc', 'a b c n1 n2'],
  ['n1[2-3]4', 'n124 n134'],
  ['n0[8-9]', 'n08 n09'],
])('%j expands in numeric order', (text, names) => {
  expect([...parse(text).names()].join(' ')).toBe(names)
})

test.each([
  ['', ''],
  ['n5', 'n5'],
  ['n[8,9,10]', 'n[8-10]'],
  ['node1,node01', 'node[1,01]'],
  ['n[1-9/2]', 'n[1,3,5,7,9]'],
  ['r[1-2]n[1-3],r3n1', 'r[1-2]n[1-3],r3n1'],
  ['login,n1', 'login,n1'],
  ['a[1-2]b[1-2]c', 'a[1-2]b[1-2]c'],
  // ClusterShell's corners
  ['n[08,10-99,100]', 'n[08,10-99,100]'],
  ['n[098-102]', 'n[098-102]'],
  ['n[0-12,00-12,000-012]', 'n[0-9,00-12,000-012]'],
  ['n[12345678901234567890-12345678901234567893]', 'n[12345678901234567890-12345678901234567893]'],
  ['r[1-3]n[1-3]!r2n2', 'r[1,3]n[1-3],r2n[1,3]'],
])('%j is written folded', (text, expected) => {
  expect(folded(text)).toBe(expected)
})

test.each([
  ['a,,b', 3, 'missing node set'],
  ['a, ', 2, 'missing node set'],
  ['!a', 1, 'missing node set'],
  ['a&!b', 3, 'missing node set'],
  ['x,n[1-2', 4, 'missing closing bracket'],
  ['n1-2]', 5, 'closing bracket without'],
  ['n[1-2]]', 7, 'closing bracket without'],
  ['n[1][2]', 5, 'bracket directly'],
  ['n[1]5[2]', 6, 'bracket directly'],
  ['n[]', 3, 'empty range'],
  ['n[1,,2]', 5, 'empty range'],
  ['n[1, ]', 6, 'empty range'],
  ['n[1,a]', 5, 'expected a number'],
  ['n[1-]', 5, 'expected a number'],
  ['n[-5]', 3, 'expected a number'],
  ['n[1--2]', 5, 'expected a number'],
  ['n[3,01-2]', 5, 'not equally long'],
  ['n[0-00]', 3, 'not equally long'],
  ['n[5-1]', 3, 'below its start'],
  ['n[1-9/0]', 7, 'step of the range'],
  ['n[1-9/x]', 7, 'step of the range'],
  ['n[1/2]', 3, 'step on a single'],
  ['n[1-9/2]0', 10, 'digits after brackets'],
  ['n1[9-10]', 3, 'digits before brackets'],
  ['n1;n2', 3, "';'"],
  ['a,n[1-2]/4', 9, "'/'"],
  ['nä[1-2]', 2, "'ä'"],
  ['n%', 2, "'%'"],
  ['n[1-300000]', 3, 'more than 200000'],
])('%j is refused at column %i', (text, column, words) => {
  const error = (() => {
    try {
      return parse(text)
    } catch (error) {
      return error
    }
  })()
  expect(error).toBeInstanceOf(NodeSetError)
  expect((error as NodeSetError).column).toBe(column)
  expect((error as NodeSetError).message).toContain(words)
})

const fleet = NodeSet.ofNames(expandAll('r[1-3]n[1-4],login'))
const groups: Groups = {
  all: () => fleet,
  group: (name) => {
    const known: Record<string, string> = { rack1: 'r1n[1-4]', 'dc:rack1': 'r1n[1-4]', rack2: 'r2n[1-4]', empty: '', 'dc:*': 'r[1-2]n[1-4]' }
    const nodes = known[name]
    return nodes === undefined ? undefined : NodeSet.ofNames(expandAll(nodes))
  },
}

test.each([
  ['@rack1', 'r1n[1-4]'],
  ['@rack[1-2]!@dc:rack1', 'r2n[1-4]'],
  ['@dc:*', 'r[1-2]n[1-4]'],
  ['@*', 'login,r[1-3]n[1-4]'],
  ['@* & *n1', 'r[1-3]n1'],
  ['r[2-3]*&r?n[1-2]', 'r[2-3]n[1-2]'],
  ['log*,nothing*', 'login'],
  ['login&@empty', ''],
  ['login&nothing*,x', 'x'],
  ['login!@empty^@empty', 'login'],
])('%j asks for groups and wildcards', (text, expected) => {
  expect(folded(text, groups)).toBe(expected)
})

test.each([
  ['@nosuch', 1, 'unknown group @nosuch'],
  ['login,@dc:x', 7, 'unknown group @dc:x'],
  ['@rack[1-3]', 1, 'unknown group @rack3'],
  ['@r*', 3, "'*'"],
  ['@@x', 2, "'@'"],
  ['@', 2, 'empty node name'],
])('%j is refused for its group', (text, column, words) => {
  expect(() => parse(text, groups)).toThrow(`column ${column}: `)
  expect(() => parse(text, groups)).toThrow(words)
})

test('a folded text expands in the order in which it is written', () => {
  expect(expandAll('r[2,1]n[08-10]x,b,a')).toEqual(['r2n08x', 'r2n09x', 'r2n10x', 'r1n08x', 'r1n09x', 'r1n10x', 'b', 'a'])
  expect(expandAll('')).toEqual([])
  expect(expandAll('n[12345678901234567890-12345678901234567891]')).toHaveLength(2)
})

test('a hundred thousand nodes without some are folded in well under a second', () => {
  const names = expandAll('r[1-2500]n[01-40]').filter((_, at) => at % 7 !== 3)
  const since = performance.now()
  const text = fold(NodeSet.ofNames(names))
  expect(performance.now() - since).toBeLessThan(2_000)
  expect([...parse(text).names()]).toEqual([...NodeSet.ofNames(names).names()])
})
