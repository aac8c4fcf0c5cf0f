"""What `parliament` finds in policies. From stdin: {name: document}; to stdout: a list of {"policy", "issue", "detail"}."""

import json
import sys

from parliament import analyze_policy_string

LONGEST = 300


def shown(detail):
    """A finding's detail is a text or anything else, and may list every action that there is."""
    text = detail if isinstance(detail, str) else json.dumps(detail, default=str, sort_keys=True)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"



findings = []
for name, document in json.load(sys.stdin).items():
    analysed = analyze_policy_string(json.dumps(document), filepath=name)
    findings += [{"policy": name, "issue": finding.issue, "detail": shown(finding.detail)} for finding in analysed.findings]
json.dump(findings, sys.stdout)
