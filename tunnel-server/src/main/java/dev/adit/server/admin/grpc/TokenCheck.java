package dev.adit.server.admin.grpc;

import dev.adit.core.token.BearerField;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Demands the admin token of every call but those for health, which decide by themselves. Any
 * thread.
 */
final class TokenCheck implements ServerInterceptor {
  static final Status REFUSED =
      Status.UNAUTHENTICATED.withDescription(
          "the admin port wants its token: authorization: Bearer ...");

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Boolean> AUTHORIZED = Context.keyWithDefault("admin", false);

  private final Supplier<@Nullable String> token;

  /**
   * @param token asked at each call; null: none is demanded
   */
  TokenCheck(Supplier<@Nullable String> token) {
    this.token = token;
  }

  /** Whether the call that runs now has brought the token. */
  static boolean isAuthorized() {
    return AUTHORIZED.get();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    boolean authorized = isRight(headers.get(AUTHORIZATION));
    if (!authorized
        && !HealthGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName())) {
      call.close(REFUSED, new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return Contexts.interceptCall(
        Context.current().withValue(AUTHORIZED, authorized), call, headers, next);
  }

  private boolean isRight(@Nullable String given) {
    @Nullable String demanded = token.get();
    return demanded == null || BearerField.has(given, demanded);
  }
}
