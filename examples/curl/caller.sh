#!/usr/bin/env bash
# Four calls through a tunnel with nothing but curl, and one with nghttp. A gRPC message on the wire is a zero, its length in
# four bytes, and its protobuf bytes; short ones can be written by hand.
#
#     examples/curl/caller.sh HOST:PORT
set -eu

if [ "$#" -ne 1 ]; then
  echo "usage: caller.sh HOST:PORT" >&2
  exit 2
fi
address=$1
for tool in curl nghttp; do
  if ! command -v "$tool" >/dev/null; then
    echo "error: there is no $tool; on Debian: apt install curl nghttp2-client" >&2
    exit 1
  fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# wrong WHAT: says what should have been otherwise, and how the answer begins
wrong() {
  echo "error: $1; the answer: $(head -c 500 "$work/answer" | tr '\n' ' ')" >&2
  exit 1
}

# call METHOD: sends the message on standard input; the answer, trailers included, goes to standard output
call() {
  curl -sS -i --max-time 20 --http2-prior-knowledge --data-binary @- -o - \
    -H 'content-type: application/grpc' -H 'te: trailers' "http://$address/$1" | tr -d '\000\r'
}

# field NAME: of the answer in the file
field() {
  grep -a -o "$1: .*" "$work/answer" | head -n 1 | sed "s/^$1: //"
}

# text TAG TEXT: a field of up to 127 bytes of text, TAG is its number * 8 + 2
text() {
  printf "\\x$(printf %02x "$1")\\x$(printf %02x "${#2}")%s" "$2"
}

# message FILE: the bytes of the file with the five bytes before them
message() {
  printf '\000\000\000\000'"\\x$(printf %02x "$(wc -c <"$1")")"
  cat "$1"
}

email=alice-$$-$(date +%s)@example.com
text 10 alice >"$work/request"
text 18 "$email" >>"$work/request"
message "$work/request" | call jisucloud.v1.UserService/CreateUser >"$work/answer"
name=$(grep -a -o -m 1 alice "$work/answer" | head -n 1) || true
[ "$(field grpc-status)" = 0 ] || wrong "no user could be made"
echo "unary        $name"

text 10 alice >"$work/request"
message "$work/request" | call jisucloud.v1.UserService/ListUsers >"$work/answer"
[ "$(field grpc-status)" = 0 ] || wrong "users could not be listed"
grep -a -q -F "$email" "$work/answer" || wrong "the stream has no alice"
echo "streaming    users"

text 10 nobody >"$work/request"
message "$work/request" | call jisucloud.v1.UserService/GetUser >"$work/answer"
status=$(field grpc-status)
[ "$status" = 5 ] || wrong "a user who is not there was found"
echo "not found    $status"

printf '\000\000\000\000\000' | call no.Such/Method >"$work/answer"
[ "$(field x-tunnel-reason)" = no-rule ] || wrong "a call that no rule takes was not refused"
echo "no rule      $(field grpc-status) no-rule"

# The same refusal as a plain HTTP caller sees it.
nghttp "http://$address/a/page" >"$work/answer" 2>/dev/null
grep -q '(no-rule)' "$work/answer" || wrong "a page that no rule takes was not refused"
echo "nghttp       $(cat "$work/answer")"
