package dev.adit.core.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Reads {@code authorization} fields with a bearer token (RFC 6750 section 2.1). Any thread. */
public final class BearerField {
  private static final String SCHEME = "Bearer ";

  private BearerField() {}

  /**
   * The token in a field, or null if there is no field or one of another scheme. Schemes are the
   * same in any case (RFC 9110 section 11.1).
   */
  public static @Nullable String token(@Nullable String authorization) {
    return authorization == null
            || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? null
        : authorization.substring(SCHEME.length());
  }

  /** Whether a field has this token; takes the same time however much of it is right. */
  public static boolean has(@Nullable String authorization, String token) {
    @Nullable String given = token(authorization);
    return given != null
        && MessageDigest.isEqual(
            given.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
  }
}
