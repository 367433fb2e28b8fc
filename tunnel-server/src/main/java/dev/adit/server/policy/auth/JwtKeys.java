package dev.adit.server.policy.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.JSONObjectUtils;
import dev.adit.core.token.TokenHash;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The public keys of a JSON Web Key Set (RFC 7517). Equal if they come from equal files. Immutable;
 * any thread.
 */
public final class JwtKeys {
  private static final Set<String> KNOWN_TYPES = Set.of("RSA", "EC", "OKP", "oct");

  private final TokenHash file;
  private final Map<String, JwtKey> byId = new LinkedHashMap<>();
  private final List<JwtKey> all = new ArrayList<>();

  private JwtKeys(TokenHash file) {
    this.file = file;
  }

  /**
   * Reads a key set. Keys of types nobody here knows, and those that are not for signatures, are
   * left out (RFC 7517 section 5).
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static JwtKeys parse(byte[] json) {
    JwtKeys keys = new JwtKeys(TokenHash.of(json));
    @Nullable List<@Nullable Object> list;
    try {
      Map<String, Object> set = JSONObjectUtils.parse(new String(json, StandardCharsets.UTF_8));
      list = JSONObjectUtils.getJSONArray(set, "keys");
    } catch (ParseException e) {
      throw new IllegalArgumentException("it is not JSON with a list \"keys\"", e);
    }
    if (list == null) {
      throw new IllegalArgumentException("it is not JSON with a list \"keys\"");
    }
    for (int i = 0; i < list.size(); i++) {
      keys.add("keys[" + i + "]", list.get(i));
    }
    if (keys.all.isEmpty()) {
      throw new IllegalArgumentException("it has no key that signatures can be checked with");
    }
    return keys;
  }

  private void add(String place, @Nullable Object json) {
    if (!(json instanceof Map<?, ?> members)) {
      throw new IllegalArgumentException(place + " is not an object");
    }
    if (members.get("kty") instanceof String type && !KNOWN_TYPES.contains(type)) {
      return;
    }
    if ("oct".equals(members.get("kty"))) {
      throw new IllegalArgumentException(place + " is a symmetric key; public keys are wanted");
    }
    if (members.containsKey("d")) {
      throw new IllegalArgumentException(
          place + " is a private key; take its private members out and make a new one");
    }
    @Nullable JwtKey key = read(place, members);
    if (key == null) {
      return;
    }
    all.add(key);
    if (key.id() != null && byId.put(key.id(), key) != null) {
      throw new IllegalArgumentException(place + " has the kid of a key before it");
    }
  }

  @SuppressWarnings("unchecked") // JSON objects have text for keys
  private static @Nullable JwtKey read(String place, Map<?, ?> members) {
    try {
      return JwtKey.of(JWK.parse((Map<String, Object>) members));
    } catch (ParseException | JOSEException | IllegalArgumentException | IllegalStateException e) {
      throw new IllegalArgumentException(place + " is broken: " + e.getMessage(), e);
    }
  }

  /**
   * The key that a token says it is signed with. No signature is looked at.
   *
   * @throws JwtException if there is none, or it is not for the token's algorithm
   */
  JwtKey find(JWSHeader header) throws JwtException {
    String algorithm = header.getAlgorithm().getName();
    @Nullable JwtKey key =
        header.getKeyID() == null ? only(algorithm) : byId.get(header.getKeyID());
    if (key == null) {
      throw new JwtException(JwtException.Cause.UNKNOWN_KEY);
    }
    if (!key.algorithms().contains(algorithm)) {
      throw new JwtException(JwtException.Cause.ALGORITHM);
    }
    return key;
  }

  /** The only key for an algorithm: trying several would let a caller choose how much we work. */
  private JwtKey only(String algorithm) throws JwtException {
    List<JwtKey> fitting =
        all.stream().filter(key -> key.algorithms().contains(algorithm)).toList();
    if (fitting.isEmpty()) {
      throw new JwtException(JwtException.Cause.ALGORITHM);
    }
    if (fitting.size() > 1) {
      throw new JwtException(JwtException.Cause.NO_KEY_ID);
    }
    return fitting.get(0);
  }

  /** The keys, for tests and messages. */
  List<JwtKey> keys() {
    return Collections.unmodifiableList(all);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JwtKeys that && file.equals(that.file);
  }

  @Override
  public int hashCode() {
    return file.hashCode();
  }

  @Override
  public String toString() {
    return "JwtKeys[" + file + "]";
  }
}
