"""Calls gRPC's interoperability server at HOST:PORT; messages are encoded by hand."""

import sys
import threading

import grpc

SERVICE = "/grpc.testing.TestService/"
TIMEOUT = 20


def varint(number):
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def number_field(index, number):
    return varint(index << 3) + varint(number)


def bytes_field(index, value):
    return varint(index << 3 | 2) + varint(len(value)) + value


def payload(size):
    """A Payload with a body of zeros, as the server answers it."""
    return bytes_field(2, bytes(size))


def check(expected, actual, what):
    if expected != actual:
        sys.exit("%s: expected %.200r, got %.200r" % (what, expected, actual))


def unary(channel):
    call = channel.unary_unary(SERVICE + "UnaryCall")
    request = number_field(2, 314159) + bytes_field(3, payload(271828))
    metadata = (
        ("x-grpc-test-echo-initial", "initial"),
        ("x-grpc-test-echo-trailing-bin", b"\x00\xab\xff"),
    )
    answer, done = call.with_call(request, timeout=TIMEOUT, metadata=metadata)
    check(bytes_field(1, payload(314159)), answer, "answer")
    check("initial", dict(done.initial_metadata()).get("x-grpc-test-echo-initial"), "metadata")
    trailers = dict(done.trailing_metadata())
    check(b"\x00\xab\xff", trailers.get("x-grpc-test-echo-trailing-bin"), "trailers")


def status(channel):
    message = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"
    wanted = number_field(1, 2) + bytes_field(2, message.encode("utf-8"))
    try:
        channel.unary_unary(SERVICE + "UnaryCall")(bytes_field(7, wanted), timeout=TIMEOUT)
        sys.exit("the call should have failed")
    except grpc.RpcError as error:
        check(grpc.StatusCode.UNKNOWN, error.code(), "code")
        check(message, error.details(), "message")


def bidi(channel):
    """Ping pong: a request is sent once the answer to the one before has come."""
    sizes = [(31415, 27182), (9, 8), (2653, 1828), (58979, 45904)]
    turn = threading.Semaphore(1)
    arrived = []

    def ping():
        for size, body in sizes:
            parameters = bytes_field(2, number_field(1, size))
            turn.acquire()
            yield parameters + bytes_field(3, payload(body))

    for answer in channel.stream_stream(SERVICE + "FullDuplexCall")(ping(), timeout=TIMEOUT):
        check(bytes_field(1, payload(sizes[len(arrived)][0])), answer, "answer")
        arrived.append(len(answer))
        turn.release()
    check(len(sizes), len(arrived), "answers")


def deadline(channel):
    request = bytes_field(2, number_field(1, 1) + number_field(2, 5000000))
    try:
        list(channel.stream_stream(SERVICE + "FullDuplexCall")(iter([request]), timeout=0.2))
        sys.exit("the call should have failed")
    except grpc.RpcError as error:
        check(grpc.StatusCode.DEADLINE_EXCEEDED, error.code(), "code")


def main():
    with grpc.insecure_channel(sys.argv[1]) as channel:
        for case in (unary, status, bidi, deadline):
            case(channel)
            print(case.__name__, "ok", flush=True)


main()
