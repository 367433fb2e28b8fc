"""Adit's programs as the commands here start them, and what can be seen of their processes."""
import argparse
import importlib
import os
import re
import signal
import subprocess
import sys
import urllib.request

from shared.document import HOME

WORK = "/tmp/tunnel-bench"


def environment(flags):
    """What contenders/adit.py goes by; JVM flags that are set already stay."""
    return {"BENCH_ADIT": HOME, "BENCH_CONTENDERS": os.path.join(HOME, "tunnel-bench", "contenders"),
            "BENCH_ADIT_JAVA_OPTS": os.environ.get("BENCH_ADIT_JAVA_OPTS", flags)}


def module(directory, name):
    """A module of the comparison."""
    if directory not in sys.path:
        sys.path.insert(0, directory)
    return importlib.import_module(name)


class Programs:
    """The comparison's backend and load, and contenders of this checkout beside them."""

    def __init__(self, directory, flags):
        # So that stop() is called then too.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        os.environ.update(environment(flags))
        directory = os.path.abspath(directory)
        self.comparison = module(directory, "bench")
        self.h2raw = module(directory, "h2raw")
        self.lib = module(directory, "benchlib")
        self.known = self.comparison.load_contenders()
        self.bench = self.comparison.Bench(argparse.Namespace(work=WORK, upload_mib=1))
        self.contexts = []

    def start(self, contender):
        """A context with running processes, and the port of their entry."""
        ctx = self.lib.Context(contender, self.bench.backend_port, os.path.join(WORK, "of-" + contender))
        self.contexts.append(ctx)
        return ctx, self.known[contender]["start"](ctx)

    def wait_ready(self, ctx, role, process, word):
        """Until a process has said its line, or Failed."""
        module(os.path.join(HOME, "tunnel-bench", "contenders"), "adit").ready(ctx, role, process, word)

    def stop(self):
        """Ends what was started."""
        for ctx in self.contexts:
            ctx.stop()
        self.bench.backend.terminate()
        self.bench.backend.wait()


def has_bench(directory):
    return os.path.isfile(os.path.join(directory, "bench.py"))


def live_heap(pid):
    """MiB that are reachable in a JVM."""
    text = subprocess.run(["jcmd", str(pid), "GC.class_histogram"], capture_output=True, text=True).stdout
    return int(re.findall(r"^Total\s+\d+\s+(\d+)", text, re.M)[-1]) / (1 << 20)


def metrics(admin):
    """Samples at an admin port: name with labels -> value."""
    with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % admin, timeout=10) as response:
        text = response.read().decode()
    return {name: float(value) for name, value in re.findall(r"^([^#\s].*) (\S+)$", text, re.M)}


def thread_times(pids):
    """(process, thread) -> (its name, nanoseconds it has run)."""
    times = {}
    for pid in pids:
        for tid in os.listdir("/proc/%d/task" % pid):
            at = "/proc/%d/task/%s/" % (pid, tid)
            try:
                with open(at + "comm") as name, open(at + "schedstat") as ran:
                    times[pid, tid] = name.read().strip(), int(ran.read().split()[0])
            except (FileNotFoundError, ProcessLookupError):
                pass
    return times
