#!/usr/bin/env python3
"""Writes the tables of the modules' inputs and outputs into README.md. With --check it only says whether they are up to date.

It reads the modules' files as `terraform fmt` leaves them, and needs neither Terraform nor providers: a block begins and ends at the
first column, an attribute of it stands at the third.
"""

import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
README = HERE / "README.md"
MODULES = ["tenant", "platform"]


def blocks(path, kind):
    """Name and body of each block of a kind, in the order of the file."""
    pattern = re.compile(rf'^{kind} "([^"]+)" \{{\n(.*?)^\}}$', re.MULTILINE | re.DOTALL)
    return pattern.findall(path.read_text(encoding="utf-8"))


def attribute(body, name):
    """The text of an attribute, or None. One that goes over several lines ends with the bracket at the third column."""
    found = re.search(rf"^  {name} += (.*?)$((?:\n    .*$|\n  [\])}}].*$)*)", body, re.MULTILINE)
    return None if found is None else found.group(1) + found.group(2)


def described(where, name, body):
    text = attribute(body, "description")
    if text is None:
        sys.exit(f"error: `{name}` in {where} has no description")
    # `$${` is how Terraform writes a text's own `${`. A bar would end a table's cell.
    return json.loads(text).replace("$${", "${").replace("|", "\\|")


def shape(text):
    """A type or default on one line, as code."""
    line = re.sub(r"\s+", " ", text.strip())
    line = re.sub(r"([\[({]) ", r"\1", re.sub(r",? ([\])}])", r"\1", line)) if "\n" in text else line
    if text.startswith("object"):
        fields = re.findall(r"^    (\w+) += (.*)$", text, re.MULTILINE)
        line = "object({" + ", ".join(f"{field} = {kind}" for field, kind in fields) + "})"
    return "`" + line + "`"


def inputs(module):
    path = HERE / module / "variables.tf"
    yield "| input | type | default | what |"
    yield "| --- | --- | --- | --- |"
    for name, body in blocks(path, "variable"):
        default = attribute(body, "default")
        default = "required" if default is None else shape(default)
        yield f"| `{name}` | {shape(attribute(body, 'type'))} | {default} | {described(path.name, name, body)} |"


def outputs(module):
    path = HERE / module / "outputs.tf"
    yield "| output | what |"
    yield "| --- | --- |"
    for name, body in blocks(path, "output"):
        yield f"| `{name}` | {described(path.name, name, body)} |"


def filled(text):
    for module in MODULES:
        for what, rows in [("inputs", inputs(module)), ("outputs", outputs(module))]:
            begin, end = f"<!-- {what} of {module} -->\n", f"<!-- end -->\n"
            if begin not in text:
                sys.exit(f"error: no `{begin.strip()}` in README.md")
            head, rest = text.split(begin, 1)
            tail = rest.split(end, 1)[1]
            text = head + begin + "\n".join(rows) + "\n" + end + tail
    return text


def main(arguments):
    if arguments not in ([], ["--check"]):
        sys.exit("usage: docs.py [--check]")
    old = README.read_text(encoding="utf-8")
    new = filled(old)
    if arguments and new != old:
        sys.exit("error: the tables in terraform/README.md are not up to date\nhint: python3 terraform/docs.py")
    if not arguments:
        README.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
