#!/usr/bin/env bash
# Two servers, three agents and the sample services on loopback, until Ctrl-C. See README.md.
set -eu

usage() {
  echo "usage: play.sh [--ports FIRST]" >&2
  exit 2
}

entry1=8002 tunnel1=8003 admin1=8004 entry2=9002 tunnel2=9003 admin2=9004
users=50051 others=50052
case "$#" in
0) ;;
2)
  [ "$1" = --ports ] || usage
  case "$2" in '' | *[!0-9]*) usage ;; esac
  entry1=$2 tunnel1=$(($2 + 1)) admin1=$(($2 + 2))
  entry2=$(($2 + 3)) tunnel2=$(($2 + 4)) admin2=$(($2 + 5))
  users=$(($2 + 6)) others=$(($2 + 7))
  ;;
*) usage ;;
esac

root=$(cd "$(dirname "$0")/.." && pwd)
java=java
[ -z "${JAVA_HOME:-}" ] || java=$JAVA_HOME/bin/java
if ! command -v "$java" >/dev/null; then
  echo "error: there is no $java: install Java 17 or newer, or set JAVA_HOME to where it is" >&2
  exit 1
fi
server=$root/tunnel-server/target/tunnel-server.jar
agent=$root/tunnel-agent/target/tunnel-agent.jar
demo=$root/tunnel-demo/target/tunnel-demo.jar
for jar in "$server" "$agent" "$demo"; do
  if [ ! -f "$jar" ]; then
    echo "error: $jar is not there; build it: mvn -q -DskipTests package" >&2
    exit 1
  fi
done

dir=$(mktemp -d "${TMPDIR:-/tmp}/adit-play.XXXXXX")
pids=()
finish() {
  trap - EXIT
  for pid in ${pids[@]+"${pids[@]}"}; do
    kill "$pid" 2>/dev/null || true
  done
  wait
  rm -rf "$dir"
}
trap finish EXIT
# Once: a terminal that is closed says so twice, and nothing keeps the rest from being ended.
trap 'trap "" INT TERM HUP; exit 0' INT TERM HUP

# start NAME WORDS...: runs a jar; its output goes to NAME.log
start() {
  local name=$1
  shift
  "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx128m -jar "$@" >"$dir/$name.log" 2>&1 &
  pids+=($!)
  echo "$name $!" >>"$dir/processes"
}

# ready NAME: waits for its ready line, a minute at most
ready() {
  local i
  for ((i = 0; i < 600; i++)); do
    if grep -q '^ready ' "$dir/$1.log"; then
      return
    fi
    if ! kill -0 "$(awk -v name="$1" '$1 == name { print $2 }' "$dir/processes")" 2>/dev/null; then
      break
    fi
    sleep 0.1
  done
  echo "error: $1 has not started:" >&2
  tail -n 5 "$dir/$1.log" >&2
  exit 1
}

# A token of each agent, and the line that lets it in.
printf 'version: 1\nagents:\n' >"$dir/agents.yaml"
for line in accounts-1:accounts accounts-2:accounts site-b:sales,trading,games,moderation; do
  id=${line%%:*}
  mkdir -p "$dir/$id"
  groups=()
  for group in $(echo "${line#*:}" | tr , ' '); do
    groups+=(--group "$group")
  done
  "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar "$server" token new --agent "$id" "${groups[@]}" >"$dir/$id/made"
  (umask 077 && head -n 1 "$dir/$id/made" >"$dir/$id/agent.token")
  tail -n +4 "$dir/$id/made" >>"$dir/agents.yaml"
  rm "$dir/$id/made"
done

# server NAME ENTRY TUNNEL ADMIN
server() {
  mkdir -p "$dir/$1/rules"
  cp "$dir/agents.yaml" "$dir/$1/agents.yaml"
  cat >"$dir/$1/server.yaml" <<EOF
version: 1
entry: {listen: "127.0.0.1:$2"}
tunnel: {listen: "127.0.0.1:$3", insecure: true}   # clear text: everything stays on this machine
admin: {listen: "127.0.0.1:$4"}
rules: rules/
accessLog: {format: text, file: access.log}
drain: {grace: 2s}
EOF
  cat >"$dir/$1/rules/play.yaml" <<'EOF'
version: 1
rules:
- name: users
  matches: [{service: jisucloud.v1.UserService}]
  to: accounts
- name: orders
  matches: [{service: jisucloud.v1.OrderService}]
  to: sales
- name: engine
  matches: [{service: engine.EngineService}]
  to: trading
- name: games
  matches: [{service: game.grpc.GameService}]
  to: games
- name: detect
  matches: [{service: Detect, method: detect}]
  to: moderation
EOF
  start "$1" "$server" run -c "$dir/$1/server.yaml"
}

# agent NAME BACKEND: serves everything of its groups with one service
agent() {
  cat >"$dir/$1/agent.yaml" <<EOF
version: 1
id: $1
servers: ["127.0.0.1:$tunnel1", "127.0.0.1:$tunnel2"]
insecure: true
token: {file: agent.token}
upstreams:
- name: all
  backends: ["127.0.0.1:$2"]
admin: off
drain: {grace: 2s}
EOF
  start "$1" "$agent" run -c "$dir/$1/agent.yaml"
}

start users "$demo" --system user --port "$users" --name users
start others "$demo" --system all --port "$others" --name others
server server-1 "$entry1" "$tunnel1" "$admin1"
server server-2 "$entry2" "$tunnel2" "$admin2"
for name in users others server-1 server-2; do
  ready "$name"
done
# Both lead to the one service of users, which keeps them in its memory.
agent accounts-1 "$users"
agent accounts-2 "$users"
agent site-b "$others"
for name in accounts-1 accounts-2 site-b; do
  ready "$name"
done

cat <<EOF
ready entry=127.0.0.1:$entry1,127.0.0.1:$entry2 admin=127.0.0.1:$admin1,127.0.0.1:$admin2
  files      $dir
  processes  $dir/processes
  web pages  http://127.0.0.1:$admin1/ http://127.0.0.1:$admin2/
  users      accounts-1, accounts-2; orders, engine, game, detect: site-b
Ctrl-C ends all of it.
EOF
while :; do
  sleep 1 &
  wait $! || true
done
