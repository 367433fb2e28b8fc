package dev.adit.demo.client;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.util.Optional;

/**
 * How a caller reaches a system: the address it dials, the host it asks for ({@code :authority}),
 * its credentials and its retry policy.
 */
public record CallerConfig(
    String address,
    Optional<String> host,
    ChannelCredentials credentials,
    Optional<RetryPolicy> retry) {

  private static final int MAX_MESSAGE_BYTES = 128 * 1024 * 1024;

  /** Clear text to {@code HOST:PORT}, which is also the host asked for, without a retry policy. */
  public static CallerConfig plaintext(String address) {
    return new CallerConfig(
        address, Optional.empty(), InsecureChannelCredentials.create(), Optional.empty());
  }

  /** The same, asking for another host than the one dialled. */
  public CallerConfig withHost(String newHost) {
    return new CallerConfig(address, Optional.of(newHost), credentials, retry);
  }

  /** The same with TLS or other credentials. */
  public CallerConfig withCredentials(ChannelCredentials newCredentials) {
    return new CallerConfig(address, host, newCredentials, retry);
  }

  /** The same with a retry policy. */
  public CallerConfig withRetry(RetryPolicy newRetry) {
    return new CallerConfig(address, host, credentials, Optional.of(newRetry));
  }

  /** A channel that connects with its first call; the caller of this method shuts it down. */
  public ManagedChannel open() {
    ManagedChannelBuilder<?> channel =
        Grpc.newChannelBuilder(address, credentials).maxInboundMessageSize(MAX_MESSAGE_BYTES);
    host.ifPresent(channel::overrideAuthority);
    retry.ifPresent(policy -> channel.defaultServiceConfig(policy.toServiceConfig()));
    return channel.build();
  }
}
