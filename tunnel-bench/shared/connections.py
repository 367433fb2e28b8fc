"""Connections that say hello in HTTP/2 and nothing more."""
import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


HELLO = PREFACE + frame(4, 0, 0)


def connect_idle(entry, number):
    peers = []
    for _ in range(number):
        peer = socket.create_connection(("127.0.0.1", entry), 5)
        peer.sendall(HELLO + frame(4, 1, 0))
        peers.append(peer)
    for peer in peers:
        peer.settimeout(5)
        peer.recv(4096)
    return peers
