"""Four calls through a tunnel, by a stock grpcio client.

    pip install grpcio grpcio-tools
    python3 examples/python/caller.py HOST:PORT
"""

import os
import sys

import grpc

PROTOS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tunnel-demo/src/main/proto")


def main(address):
    sys.path.insert(0, PROTOS)
    user, service = grpc.protos_and_services("jisucloud/v1/user.proto")
    with grpc.insecure_channel(address) as channel:
        users = service.UserServiceStub(channel)
        ids = []
        for name in ("alice", "bob", "carol"):
            request = user.CreateUserRequest(name=name, email=f"{name}-{os.getpid()}@example.com")
            ids.append(users.CreateUser(request, timeout=20).id)
        first = users.GetUser(user.GetUserRequest(id=ids[0]), timeout=20)
        print("unary       ", first.name)

        listed = users.ListUsers(user.ListUsersRequest(), timeout=20)
        ours = sum(1 for each in listed if each.id in ids)
        print("streaming   ", ours, "users")
        for each in ids:
            users.DeleteUser(user.DeleteUserRequest(id=each), timeout=20)

        missing = failure(lambda: users.GetUser(user.GetUserRequest(id="nobody"), timeout=20))
        print("not found   ", missing.code().name)

        nowhere = channel.unary_unary("/no.Such/Method")
        refused = failure(lambda: nowhere(b"", timeout=20))
        reason = dict(refused.trailing_metadata()).get("x-tunnel-reason")
        print("no rule     ", refused.code().name, reason)
    good = first.name == "alice" and ours == 3
    good = good and missing.code() == grpc.StatusCode.NOT_FOUND and reason == "no-rule"
    return 0 if good else 1


def failure(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise SystemExit("a call that should fail was answered")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: caller.py HOST:PORT")
    sys.exit(main(sys.argv[1]))
