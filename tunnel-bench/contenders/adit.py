"""Adit as its users run it: with TLS, with everything that can be switched on, and with traces.

`ours` is one server and one agent in clear text without an access log, as in the bench itself; the others are
the same but for what their name says. BENCH_ADIT is a built checkout, BENCH_ADIT_JAVA_OPTS are the
JVM flags of both processes, and BENCH_ADIT_AGENT_JAVA_OPTS come after them for the agent: what its launcher sets.
"""
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import time

from benchlib import Failed, Skip

TOKEN = "bench-token"
AGENTS = """version: 1
agents:
- id: bench
  groups: [bench]
  tokens:
  - sha256: %s
""" % hashlib.sha256(TOKEN.encode()).hexdigest()
# Beside it, agents that one process plays, all with the same token.
MANY_AGENTS = AGENTS + """- id: many-*
  groups: [many]
  tokens:
  - sha256: %s
""" % hashlib.sha256(("many-" + TOKEN).encode()).hexdigest()
RULES = """version: 1
rules:
- name: all
  to: bench
"""

# One rule with everything a rule can do that lets each call through, after 50 that do not match.
MANY_RULES = "version: 1\nrules:\n" + "".join(
    "- name: other-%d\n  matches: [{service: other.v%d.Service, headers: [{name: x-tenant, value: t%d}]}]\n  to: bench\n"
    % (i, i, i) for i in range(50)) + """
- name: all
  matches: [{service: bench.Bench}]
  to: bench
  priority: 10
  timeout: 60s
  idleTimeout: 60s
  rateLimit: {calls: 1000000, per: 1s}
  retry: {maxAttempts: 2, initialBackoff: 100ms, maxBackoff: 1s, backoffMultiplier: 2, retryableStatusCodes: [UNAVAILABLE]}
  requestHeaders: {set: {x-env: prod}, remove: [x-debug]}
  responseHeaders: {set: {x-served-by: adit}}
"""
SERVER = """version: 1
entry: {listen: "127.0.0.1:%(entry)d"%(entry_more)s}
tunnel: {listen: "127.0.0.1:%(tunnel)d", %(server_tls)s%(tunnel_more)s}
admin: {listen: "127.0.0.1:%(admin)d"}
rules: rules/
agents: agents.yaml
accessLog: %(log)s
%(tracing)s
"""
AGENT = """version: 1
id: bench
groups: [bench]
servers: ["127.0.0.1:%(tunnel)d"]
%(agent_tls)s
token: {file: agent.token}
upstreams:
- name: backend
  backends: ["127.0.0.1:%(backend)d"]
admin: {listen: "127.0.0.1:%(agent_admin)d"}
%(agent_more)s
%(tracing)s
"""


def ready(ctx, role, proc, word, seconds=30.0):
    """Waits for the ready line."""
    path = os.path.join(ctx.dir, role + ".log")
    end_by = time.monotonic() + seconds
    while time.monotonic() < end_by:
        with open(path, errors="replace") as f:
            if re.search("^ready %s" % word, f.read(), re.M):
                return
        if proc.poll() is not None:
            raise Failed("the %s ended with %s" % (role, proc.returncode))
        time.sleep(0.05)
    raise Failed("no ready line of the %s within %d s" % (role, seconds))


def start(ctx, tls=False, log="off", rules=RULES, tracing="", entry="", tunnel="", agent="", agents=AGENTS):
    """Starts server and agent; ctx.adit tells their ports."""
    java = ctx.need("BENCH_JAVA", "java")
    home = os.environ.get("BENCH_ADIT")
    if not home:
        raise Skip("BENCH_ADIT does not name a built checkout")
    jars = {r: os.path.join(os.path.abspath(home), "tunnel-" + r, "target", "tunnel-%s.jar" % r) for r in ("server", "agent")}
    for jar in jars.values():
        if not os.path.isfile(jar):
            raise Skip("%s is missing: build it first" % jar)
    flags = shlex.split(os.environ.get("BENCH_ADIT_JAVA_OPTS") or "-Xms256m -Xmx512m -XX:+UseSerialGC")
    own = {"server": [], "agent": shlex.split(os.environ.get("BENCH_ADIT_AGENT_JAVA_OPTS", ""))}
    values = {"entry": ctx.port(), "tunnel": ctx.port(), "admin": ctx.port(), "agent_admin": ctx.port(),
              "backend": ctx.backend_port, "log": log, "tracing": tracing, "entry_more": entry,
              "tunnel_more": tunnel, "agent_more": agent,
              "server_tls": "insecure: true", "agent_tls": "insecure: true"}
    if tls:
        pem = os.path.join(ctx.dir, "tunnel")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-days", "30", "-subj", "/CN=tunnel", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", pem + ".key", "-out", pem + ".crt"], check=True, capture_output=True)
        os.chmod(pem + ".key", 0o600)
        values["server_tls"] = "tls: {cert: tunnel.crt, key: tunnel.key}"
        values["agent_tls"] = "tls: {ca: tunnel.crt}"
    ctx.adit = values
    shutil.rmtree(os.path.join(ctx.dir, "rules"), ignore_errors=True)
    os.makedirs(os.path.join(ctx.dir, "rules"))
    ctx.write("rules/all.yaml", rules)
    ctx.write("agents.yaml", agents)
    ctx.write("agent.token", TOKEN, 0o600)
    ctx.write("server.yaml", SERVER % values)
    ctx.write("agent.yaml", AGENT % values)
    for role, word in (("server", "entry="), ("agent", "agent=")):
        ctx.write(role + ".log", "")
        proc = ctx.spawn(role, [java] + flags + own[role] + ["-jar", jars[role], "run", "-c", role + ".yaml"])
        ready(ctx, role, proc, word)
    return values["entry"]


def contender(about, **options):
    return {"kind": "ours", "about": about, "start": lambda ctx: start(ctx, **options)}


# Limits beyond what a measurement of growth needs.
LARGE = {"entry": ", maxConnections: 30000, maxConnectionsPerAddress: 20000, maxStreamsPerConnection: 10000",
         "tunnel": ", maxCallsPerAgent: 100000", "agent": "capacity: 100000", "agents": MANY_AGENTS}
LOG = "{file: access.log, maxSize: 64MiB, keep: 1}"
CONTENDERS = {
    "ours": contender("Adit, one server and one agent, in clear text"),
    "ours-tls": contender("Adit with TLS on the tunnel", tls=True),
    "ours-log": contender("Adit with its access log in a file", log=LOG),
    "ours-all": contender("Adit with its access log in a file, 51 rules, and all that a rule can do", log=LOG, rules=MANY_RULES),
    "ours-traced": contender("Adit that traces one call in a hundred, to a collector that is not there",
                             tracing="tracing: {otlp: \"http://127.0.0.1:9\", sample: 1%}"),
    "ours-many-connections": contender("Adit that lets one address open 20,000 connections",
                                       entry=", maxConnections: 30000, maxConnectionsPerAddress: 20000"),
    "ours-large": contender("Adit with high limits, and many agents allowed", **LARGE),
    "ours-large-tls": contender("the same with TLS on the tunnel", tls=True, **LARGE),
}
