"""Answers node set expressions as ClusterShell does: JSON lines in, JSON lines out."""

import json
import sys

from ClusterShell.NodeSet import NodeSet, RESOLVER_NOGROUP
from ClusterShell.NodeUtils import GroupResolver, GroupSource


def resolver(groups, nodes):
    """Groups named `source:group` go to that source, the others to the default one."""
    sources = {"local": {}}
    for name, members in groups.items():
        source, _, group = name.rpartition(":")
        sources.setdefault(source or "local", {})[group] = members
    default, *others = [
        GroupSource(name, members, nodes if name == "local" else None)
        for name, members in sources.items()
    ]
    made = GroupResolver(default)
    for source in others:
        made.add_source(source)
    return made


def answer(question, groups):
    try:
        nodes = NodeSet(question["text"], resolver=groups if question["groups"] else RESOLVER_NOGROUP)
        return {"folded": str(nodes), "names": list(nodes)}
    except Exception as error:  # ClusterShell also refuses with ValueError and AssertionError
        return {"refused": f"{type(error).__name__}: {error}"}


def main():
    setup = json.loads(sys.stdin.readline())
    groups = resolver(setup["groups"], setup["nodes"])
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), groups)))


main()
