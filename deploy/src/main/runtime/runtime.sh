#!/bin/sh
# Makes a Java that runs both programs and has no more than they need: runtime.sh JDK DIRECTORY
set -e
jdk=$1
directory=$2

if [ ! -f "$jdk/jmods/java.base.jmod" ]; then
  echo "the JDK at $jdk has no jmods/, of which a runtime is made: build with one that has them, such as Debian's openjdk-17-jdk-headless" >&2
  exit 1
fi

# What the jars name, but for java.desktop and java.sql: SnakeYAML would make beans with the one, and
# gson write SQL's dates with the other, and both do without. Elliptic curves are found by name only;
# jdk.jcmd has the tools of operators. RuntimeIT compares this with the jars.
modules=java.base,java.logging,java.management,java.naming,java.net.http,jdk.crypto.ec,jdk.jcmd,jdk.jfr,jdk.management,jdk.unsupported

rm -rf "$directory"
"$jdk/bin/jlink" --module-path "$jdk/jmods" --add-modules "$modules" \
  --no-header-files --no-man-pages --output "$directory"
# Java's own classes as they stand in memory, which a JDK has and jlink leaves out.
"$directory/bin/java" -Xshare:dump -XX:+UseSerialGC >/dev/null
