package dev.adit.demo.backend.platform;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ResourceInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/** The platform's failures: a gRPC status with a message and machine-readable details. */
final class PlatformErrors {
  private PlatformErrors() {}

  static StatusRuntimeException notFound(String type, String id) {
    return error(
        Code.NOT_FOUND,
        type + " \"" + id + "\" does not exist",
        ResourceInfo.newBuilder().setResourceType(type).setResourceName(id).build());
  }

  static StatusRuntimeException alreadyExists(String type, String id) {
    return error(
        Code.ALREADY_EXISTS,
        type + " \"" + id + "\" exists already",
        ResourceInfo.newBuilder().setResourceType(type).setResourceName(id).build());
  }

  static StatusRuntimeException invalid(String field, String expected) {
    return error(
        Code.INVALID_ARGUMENT,
        field + ": " + expected,
        BadRequest.newBuilder()
            .addFieldViolations(
                BadRequest.FieldViolation.newBuilder().setField(field).setDescription(expected))
            .build());
  }

  private static StatusRuntimeException error(Code code, String message, Message detail) {
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage(message)
            .addDetails(Any.pack(detail))
            .build());
  }
}
