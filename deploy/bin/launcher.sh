#!/bin/sh
# Starts a command of the program that this file is named after, tunnel-server or tunnel-agent, whose
# "help" lists them; or tunnel-sample, a service to try them with.
#
#   JAVA_HOME  chooses the Java; without it, it is the first java of PATH. An archive with a Java of
#              its own, in runtime/, uses that one and no other
#   JAVA_OPTS  is given to it after all options below, and so has the last word
#
# Exit codes are the program's; 1 if there is no Java that can run it.

fail() {
  echo "${0##*/}: $1" >&2
  # As the program does when it is Java that runs: systemctl status shows it.
  [ -z "${NOTIFY_SOCKET:-}" ] || systemd-notify --status="cannot start: $1" 2>/dev/null
  exit 1
}

self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
home=$(CDPATH= cd -P "$(dirname "$self")/.." && pwd -P) || exit 1
program=${self##*/}
sample=
code=

case $program in
  tunnel-server)
    main=dev.adit.server.cli.ServerCommand
    heap=-Xms32m
    ;;
  tunnel-agent)
    main=dev.adit.agent.cli.AgentCommand
    # What it keeps fits into five sixths of this, so that it need not grow to start; new objects
    # use all of their part in turn, whatever it is.
    heap="-Xms12m -XX:NewRatio=5"
    # Compiled code in one piece: three, in pages of 2 MiB each, are some MiB more.
    # Methods are compiled after five times as many calls: what runs at a start only is not.
    code="-XX:-SegmentedCodeCache -XX:Tier3InvocationThreshold=1000 -XX:Tier3MinInvocationThreshold=500 -XX:Tier3CompileThreshold=10000"
    # It has few threads that take memory from the C library: a pool of it for each is some MiB.
    export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}"
    ;;
  tunnel-sample)
    main=dev.adit.demo.backend.DemoBackend
    heap=-Xms8m
    sample=:$home/sample/*
    ;;
  *) fail "must be called tunnel-server or tunnel-agent, not $program" ;;
esac
# Of both there is a list of classes beside the libraries, and the sample has a directory of its own.
[ -f "$home/lib/$program.classlist" ] || [ -d "${sample:+$home/sample}" ] ||
  fail "the libraries are not in $home: make a symbolic link to bin/$program of the unpacked archive instead of a copy"

# Of these Java itself would tell in a page of its own insides.
case $(pwd -P 2>/dev/null) in
  /*) ;;
  *) fail "the working directory is gone, perhaps replaced by an upgrade: go to one that is there" ;;
esac
files=$(ulimit -H -n 2>/dev/null)
case $files in
  "" | *[!0-9]*) ;;
  *) [ "$files" -ge 256 ] ||
    fail "only $files files may be open, connections included: allow 1024 or more (ulimit -n, or LimitNOFILE= of a unit)" ;;
esac

if [ -x "$home/runtime/bin/java" ]; then
  java=$home/runtime/bin/java
elif [ -n "${JAVA_HOME:-}" ]; then
  java=$JAVA_HOME/bin/java
  [ -x "$java" ] || fail "JAVA_HOME names no Java, there is no $java: set it to the directory of a Java 17 or newer, or unset it"
else
  java=$(command -v java) || fail "there is no java in PATH: install Java 17 or newer, or set JAVA_HOME to where it is"
fi

# A file beside a JDK says which release it is; without the file, Java itself does, which takes
# twice as long to start. 17 from "17.0.15", 8 from "1.8.0_402".
real=$(readlink -f "$java" 2>/dev/null) || real=$java
version=$(sed -n 's/^JAVA_VERSION="\([^"]*\)".*/\1/p' "${real%/bin/java}/release" 2>/dev/null)
[ -n "$version" ] || version=$("$java" -version 2>&1 | sed -n 's/^[^"]*version "\([^"]*\)".*/\1/p' | head -n 1)
release=${version#1.}
release=${release%%[!0-9]*}
[ -n "$release" ] || fail "$java does not say which Java it is: install Java 17 or newer, or set JAVA_HOME to where it is"
[ "$release" -ge 17 ] || fail "$java is Java $release: install Java 17 or newer, or set JAVA_HOME to where it is"

# The locale says how names of files are read, and POSIX's own, which is that of services that have
# been given none, knows ASCII alone: no file with another name could be opened.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-C}}} in
  C | POSIX) export LC_ALL=C.UTF-8 ;;
esac

# Netty takes memory outside the heap and frees it itself, and loads native code for epoll and TLS.
# The compiler is told where to stop by what jdk.management has inside; by JMX it would be 2 MiB.
set -- -Dadit.command="$0" -cp "$home/lib/*$sample" "$main" "$@"
flags="--add-opens java.base/java.nio=ALL-UNNAMED --add-opens java.base/jdk.internal.misc=ALL-UNNAMED --add-opens jdk.management/com.sun.management.internal=ALL-UNNAMED --enable-native-access=ALL-UNNAMED"
# From Java 24 on each start would warn of sun.misc.Unsafe, which Netty and protobuf use; 23 knows
# the option already.
[ "$release" -lt 23 ] || flags="$flags --sun-misc-unsafe-memory-access=allow"
# No file of performance counters: it is written to disk in /tmp all the time, and a write that
# waits for the disk stops the whole process.
flags="$flags -XX:-UsePerfData $code"
# The heap and compiled code in pages of 2 MiB, where the kernel gives them to those who ask: a call
# costs an eighth less CPU.
case $(cat /sys/kernel/mm/transparent_hugepage/enabled 2>/dev/null) in
  *"[madvise]"* | *"[always]"*) flags="$flags -XX:+UseTransparentHugePages" ;;
esac
# What the compilers have used is given back to the system, 10 to 25 MiB. The option came with 22,
# and with OpenJDK 17.0.9 and 21.0.1; Oracle's builds of 17 and 21 need not have it.
patch=0
case $version in
  *.*.*)
    patch=${version#*.*.}
    patch=${patch%%[!0-9]*}
    ;;
esac
case $release in
  17) trims=$((patch >= 9)) ;;
  18 | 19 | 20) trims=0 ;;
  21) trims=$((patch >= 1)) ;;
  *) trims=1 ;;
esac
if [ "$release" -lt 22 ] && grep -q '^IMPLEMENTOR="Oracle' "${real%/bin/java}/release" 2>/dev/null; then
  trims=0
fi
[ "$trims" = 0 ] || flags="$flags -XX:TrimNativeHeapInterval=5000"
# The serial collector: bytes of calls are outside the heap, so that it stays small and its pauses
# short, and there are no threads and tables of a collector made for gigabytes. Whoever names a
# collector gets that one; Java does not start with two. The heap begins small and grows when it
# must: without $heap it would begin with 1/64 of the machine's memory, and all of it is used before
# the first collection.
# Word splitting is meant, here and at the end, and nothing else that the shell does to words.
set -f
collector=
for word in ${JAVA_OPTS:-} ${JDK_JAVA_OPTIONS:-} ${JAVA_TOOL_OPTIONS:-}; do
  case $word in -XX:+Use*GC) collector=$word ;; esac
done
[ -n "$collector" ] || flags="$flags -XX:+UseSerialGC $heap"
# The classes of a start, kept in an archive by -Xshare:dump among JAVA_OPTS (docs/install.md), one
# for each release of Java. What this Java cannot use it passes over, and would say so on standard
# output.
archive=$home/cds/$program-$version.jsa
classes=
case " ${JAVA_OPTS:-} " in
  *" -Xshare:dump "*)
    mkdir -p "$home/cds" || exit 1
    classes=$home/lib/$program.classlist
    flags="$flags -Xlog:disable -Xlog:all=error:stderr"
    ;;
  *) [ -f "$archive" ] && flags="$flags -Xshare:auto -Xlog:cds*=off" || archive= ;;
esac

# JAVA_OPTS comes after ours.
# shellcheck disable=SC2086
exec "$java" $flags ${archive:+"-XX:SharedArchiveFile=$archive"} ${classes:+"-XX:SharedClassListFile=$classes"} ${JAVA_OPTS:-} "$@"
