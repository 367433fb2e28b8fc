"""Tables and where they stand: docs/benchmarks.md, between a pair of marks."""
import os
import platform
import re
import subprocess

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCUMENT = os.path.join(HOME, "docs", "benchmarks.md")


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except OSError:
        return "none"
    return ((done.stdout + done.stderr).strip().splitlines() or ["none"])[0]


def processor():
    with open("/proc/cpuinfo") as f:
        found = re.search(r"model name\s*: (.*)", f.read())
    return found.group(1) if found else platform.machine()


def circumstances(flags):
    """Machine, versions and commit, in two lines."""
    return "\n".join([
        "%d cores (%s), Linux %s; %s, `%s`; %s." % (
            os.cpu_count(), processor(), platform.release().split("-")[0],
            first_line("java", "-version").replace('"', ""), flags, first_line("h2load", "--version")),
        "Commit %s." % first_line("git", "-C", HOME, "rev-parse", "--short", "HEAD")])


def table(heads, rows):
    """Markdown; all columns but the first are figures."""
    lines = ["| %s |" % " | ".join(heads), "|---|" + "---:|" * (len(heads) - 1)]
    return "\n".join(lines + ["| %s |" % " | ".join(row) for row in rows])


def put(begin, end, text):
    """Replaces what stands between two marks; False if they are not there."""
    with open(DOCUMENT) as f:
        document = f.read()
    if begin not in document or end not in document:
        return False
    head, rest = document.split(begin, 1)
    with open(DOCUMENT, "w") as f:
        f.write(head + begin + "\n\n" + text + "\n\n" + end + rest.split(end, 1)[1])
    return True
