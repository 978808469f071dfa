"""Runs a tutorial: writes its files, runs its commands, compares what they print.

    python3 check_tutorial.py EMSCTL TUTORIAL.md

A ```yaml block whose first line is "# file: NAME" becomes that file. In a ```console block, lines after "$ " are commands
and the lines below are what they print; a line "..." stands for any lines, and "..." at the end of a line for its rest.
Prints the first difference; exit status 1 when there is one.
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile


def blocks(text):
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(block):
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        first, _, rest = part.partition("\n")
        yield first, rest


def pattern(expected):
    lines = []
    for line in expected.splitlines(keepends=True):
        if line == "...\n":
            lines.append(r"(?:.*\n)*?")
        elif line.endswith("...\n"):
            lines.append(re.escape(line[:-4]) + r".*\n")
        else:
            lines.append(re.escape(line))
    return "".join(lines)


def main():
    emsctl, tutorial = os.path.abspath(sys.argv[1]), sys.argv[2]
    with open(tutorial, encoding="utf-8") as file:
        text = file.read()
    ran = 0
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": "/usr/bin:/bin", "XDG_STATE_HOME": os.path.join(folder, "state"),
                       "EMS_PASSWORD": "Passw0rd!"}
        for kind, body in blocks(text):
            if kind == "yaml" and body.startswith("# file: "):
                name, _, content = body[len("# file: "):].partition("\n")
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(content)
            elif kind == "console":
                for command, expected in commands(body):
                    words = shlex.split(command)
                    assert words[0] == "emsctl", command
                    done = subprocess.run([emsctl, *words[1:]], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
                    ran += 1
                    if not re.fullmatch(pattern(expected), done.stdout):
                        print("$ %s\nprints:\n%s%s\nand not:\n%s" % (command, done.stdout, done.stderr, expected))
                        return 1
    print("%d commands print what the tutorial says" % ran)
    return 0 if ran else 1


if __name__ == "__main__":
    sys.exit(main())
