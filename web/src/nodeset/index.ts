// Node sets in ClusterShell's grammar, as the server reads and writes them.

export { NodeSetError } from './error'
export { expand, expandAll } from './expand'
export { fold, foldNames } from './fold'
export { NAMES_MAX, parse, tryParse, type Groups } from './parse'
export { NodeSet, Pile } from './set'
