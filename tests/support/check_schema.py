"""Holds the JSON Schema of runbooks to the parser, by asking both about the same documents.

    python3 check_schema.py EMSCTL SOURCES RUNBOOK...

Every RUNBOOK must be valid for both. Then a runbook that uses every key is changed in one place after another (a member
taken away, a value of another type, a member of another map moved in), and both are asked: a document that the parser
takes and the schema refuses is a false alarm in somebody's editor; one that the parser refuses for its shape and the
schema takes is a hole. Every key that the parser's sources (in SOURCES) ask for must be in the schema and in that
runbook, and the other way round. Prints each disagreement; exit status 1 when there is one.
"""
import copy
import json
import os
import re
import subprocess
import sys
import tempfile

import jsonschema
import yaml

READING = {"cmd": "ver", "parse": "fields", "fields": ["a", "b"], "separator": ";", "keep": ["a"],
           "expect_exit": [0, 1], "limit": 5}
COMMON = {"cites": "Step 1", "when": "true", "loop": "{1}", "risk": "low", "why": "because", "optional": True,
          "tags": ["one"]}


def step(number, **more):
    return {"name": "step", "id": "s%d" % number, **COMMON, "register": "r%d" % number, **more}


EVERYTHING = {
    "name": "everything", "title": "Every key of the format", "source": "https://example.test/article",
    "vars": {"number": {"type": "int", "min": 1, "max": 9, "default": 3, "question": "How many?"},
             "word": {"type": "enum", "choices": ["a", "b"], "default": "a"},
             "yes": {"type": "bool", "default": True, "proposal": "yes"},
             "text": {"type": "string", "default": "x"},
             "late": {"type": "int", "default": "{{ 3 + 4 }}", "prompt": True},
             "hidden": {"type": "secret", "question": "Which?"}},
    "steps": [
        step(1, **READING, reads=True, look="looked", settle={"that": "true", "within": 3}, until="true", retries=2,
             delay=1,
             finding=[{"when": "false", "say": "bad", "severity": "note"}]),
        step(2, look="thought", value="1 + 1", finding={"when": "false", "say": "bad"}),
        step(3, cmd="del x", changes="a -> b", effective="restart", expect_exit=0, limit=9,
             before=[dict(READING, register="old")],
             undo={"class": "exact", "cmd": "copy y x", "expect_exit": [0], "unless_changed": dict(READING)},
             proof=dict(READING, that="true", within=4)),
        step(4, powershell="Remove-Item x", changes="a -> b", reads=False,
             undo={"class": "compensating", "residue": "a file",
                   "commands": [{"cmd": "copy y x", "expect_exit": 0}, {"powershell": "New-Item x"}]}),
        step(21, console=[{"send": "diskpart"}, {"expect": ["DISKPART>", {"says": "denied", "fail": "refused"}],
                                                 "send": "exit", "within": 9}, {"expect": "x"},
                          {"expect": [{"regex": "PID (?P<pid>[0-9]+)$"}, {"regex": "^no", "fail": "refused"}], "idle": 5}],
             changes="a -> b", undo={"class": "none", "residue": "nothing"}),
        step(20, local=["ping", "x{{ 1 }}"], reads=True),
        step(22, azure="instanceView?api-version=2022-11-01", reads=True),
        step(23, **{"azure.snapshot": {"name": "before"}}),
        step(24, **{"azure.nsg_rule": {"name": "rdp", "group": "nsg", "access": "Allow", "port": "3389",
                                       "protocol": "Tcp", "source": "203.0.113.0/24", "priority": "300",
                                       "state": "present"}}),
        step(25, **{"azure.restart": {"reason": "it hangs", "limit": 100}}),
        step(5, cmd="del y", changes="a -> b", undo={"class": "none", "residue": "nothing"}),
        step(6, temporary=True, registry={"key": "HKLM\\X", "value": "V", "type": "REG_SZ", "data": "d", "effective": "now"}),
        step(7, service={"name": "W32Time", "state": "running", "within": 5}),
        step(8, service={"name": "W32Time", "start": "demand"}),
        step(9, acl={"path": "C:\\one\\file", "grants": {"S-1-5-20": "R", "S-1-5-18": "F"}}),
        step(10, restart={"reason": "it must", "limit": 100}),
        step(11, decision={"variable": "text", "question": "Really?", "proposal": "1", "accept": "true",
                           "safe": True, "confirms": ["s3"]}),
        step(12, manual={"do": "turn the key", "proof": dict(READING, that="true", within=4)}),
        step(13, block=[step(14, value="1", look="in")], rescue=[step(15, value="1", look="in")],
             always=[step(16, value="1", look="in")]),
        step(18, hive={"file": "F:\\x", "as": "EMS-X", "steps": [step(19, value="1", look="in")]}),
        step(17, include={"runbook": "inner.yaml", "vars": {"number": "1 + 1"}, "only_looks": True}),
    ],
    "limit": 3600, "outputs": {"number": "1"},
}

INNER = {"name": "inner", "title": "Included", "vars": {"number": {"type": "int", "default": 1}},
         "steps": [{"name": "step", "id": "s1", "value": "number", "look": "{{ result }}"}]}

# What only the parser can know: Lua, the gate, names, and what a number or a flag was written like.
NOT_OF_SHAPE = ["not a Lua expression", "this does not only read", "there is no variable", "there is no step", "{{",
                "cannot be a name", "is registered twice", "another step has the id", "is taken",
                "the default must be", "must never be stopped",
                "the included runbook cannot be used", "has no variable", "there is no fact", "must be told plainly", "not a regex"]

VALUES = ["word", 7, True, None, [], ["word"], {}, {"word": "x"}, -1, 10**6]


def places(node, path=()):
    if isinstance(node, dict):
        for key, value in node.items():
            yield path + (key,)
            yield from places(value, path + (key,))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield path + (index,)
            yield from places(value, path + (index,))


def parent_of(document, path):
    for key in path[:-1]:
        document = document[key]
    return document


def keys_of(node):
    if isinstance(node, dict):
        yield from node
        for value in node.values():
            yield from keys_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from keys_of(value)


def mutations():
    for path in places(EVERYTHING):
        changed = copy.deepcopy(EVERYTHING)
        del parent_of(changed, path)[path[-1]]
        yield "without %s" % (path,), changed
        for value in VALUES:
            changed = copy.deepcopy(EVERYTHING)
            parent_of(changed, path)[path[-1]] = value
            yield "%s = %r" % (path, value), changed
    members = {}
    for path in places(EVERYTHING):
        if isinstance(path[-1], str) and "vars" != path[-1]:
            members.setdefault(path[-1], parent_of(EVERYTHING, path)[path[-1]])
    maps = [path for path in places(EVERYTHING) if isinstance(parent_of(EVERYTHING, path)[path[-1]], dict)]
    for path in maps:
        for key, value in members.items():
            changed = copy.deepcopy(EVERYTHING)
            target = parent_of(changed, path)[path[-1]]
            if key in target or path[-1] in ("vars", "grants", "outputs"):
                continue
            target[key] = value
            yield "%s with %s" % (path, key), changed


def lint(emsctl, files):
    done = subprocess.run([emsctl, "runbook", "lint", "--output", "json", *files], stdout=subprocess.PIPE, check=False)
    return {one["file"]: [m["message"] for m in one["messages"] if m["severity"] == "error"]
            for one in json.loads(done.stdout)["files"]}


def is_of_shape(message):
    return not any(words in message for words in NOT_OF_SHAPE)


def keys_in(sources):
    asks = re.compile(r'\.(?:take|need|has|text|expression|with_holes|boolean|integer|seconds|texts|integers|one_of)'
                      r'\(\s*"([a-z_]+)"')
    families = re.compile(r'\{"([a-z._]+)", read_[a-z_]+\}')
    keys = set()
    for name in os.listdir(sources):
        if name.endswith(".cpp") and name != "runbook_cases.cpp":  # the keys of another kind of file
            with open(os.path.join(sources, name), encoding="utf-8") as file:
                text = file.read()
                keys.update(asks.findall(text), families.findall(text))
    return keys


def keys_of_schema(node):
    if isinstance(node, dict):
        if node.get("additionalProperties") is False:
            yield from node["properties"]
        for value in node.values():
            yield from keys_of_schema(value)
    elif isinstance(node, list):
        for value in node:
            yield from keys_of_schema(value)


def compare_keys(schema, sources):
    sets = {"the parser": keys_in(sources), "the schema": set(keys_of_schema(schema)),
            "the runbook with every key": set(keys_of(EVERYTHING)) - set(EVERYTHING["vars"]) - {"S-1-5-18", "S-1-5-20"}}
    everything = set().union(*sets.values())
    problems = 0
    for who, keys in sets.items():
        for key in sorted(everything - keys):
            problems += 1
            print("%s does not know the key \"%s\"" % (who, key))
    return problems


def main():
    emsctl, sources, runbooks = sys.argv[1], sys.argv[2], sys.argv[3:]
    schema = json.loads(subprocess.check_output([emsctl, "runbook", "schema"]))
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    problems = compare_keys(schema, sources)
    for path in runbooks:
        with open(path, encoding="utf-8") as file:
            for error in validator.iter_errors(yaml.safe_load(file)):
                problems += 1
                print("%s: %s: %s" % (path, error.json_path, error.message[:300]))
    with tempfile.TemporaryDirectory() as folder:
        documents = {}
        with open(os.path.join(folder, "inner.yaml"), "w", encoding="utf-8") as file:
            json.dump(INNER, file)
        for number, (what, document) in enumerate([("everything", EVERYTHING), *mutations()]):
            path = os.path.join(folder, "%05d.yaml" % number)
            with open(path, "w", encoding="utf-8") as file:
                json.dump(document, file)  # JSON is YAML
            documents[path] = (what, document)
        answers = {}
        paths = list(documents)
        for begin in range(0, len(paths), 500):
            answers.update(lint(emsctl, paths[begin:begin + 500]))
    agreed = {True: 0, False: 0}
    for path, (what, document) in documents.items():
        errors = answers[path]
        valid = validator.is_valid(document)
        if not errors and not valid and "None" not in what:
            problems += 1
            reason = jsonschema.exceptions.best_match(validator.iter_errors(document))
            print("only the schema refuses: %s: %s" % (what, reason.message[:300]))
        elif errors and valid and any(map(is_of_shape, errors)):
            problems += 1
            print("only the parser refuses: %s: %s" % (what, "; ".join(filter(is_of_shape, errors))[:300]))
        else:
            agreed[valid] += 1
    print("agreed: %d valid, %d not; disagreed: %d" % (agreed[True], agreed[False], problems))
    return 1 if problems else 0


sys.exit(main())
