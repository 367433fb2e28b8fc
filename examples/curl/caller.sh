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
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# call METHOD: sends the message on standard input; the answer, trailers included, goes to standard output
call() {
  curl -s -i --max-time 20 --http2-prior-knowledge --data-binary @- -o - \
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
name=$(grep -a -o -m 1 alice "$work/answer" | head -n 1)
[ "$(field grpc-status)" = 0 ]
echo "unary        $name"

text 10 alice >"$work/request"
message "$work/request" | call jisucloud.v1.UserService/ListUsers >"$work/answer"
[ "$(field grpc-status)" = 0 ]
if [ "$(grep -a -c -F "$email" "$work/answer")" -lt 1 ]; then
  echo "error: the stream has no alice" >&2
  exit 1
fi
echo "streaming    users"

text 10 nobody >"$work/request"
message "$work/request" | call jisucloud.v1.UserService/GetUser >"$work/answer"
status=$(field grpc-status)
[ "$status" = 5 ]
echo "not found    $status"

printf '\000\000\000\000\000' | call no.Such/Method >"$work/answer"
[ "$(field x-tunnel-reason)" = no-rule ]
echo "no rule      $(field grpc-status) no-rule"

# The same refusal as a plain HTTP caller sees it.
nghttp "http://$address/a/page" >"$work/answer" 2>/dev/null
grep -q '(no-rule)' "$work/answer"
echo "nghttp       $(cat "$work/answer")"
