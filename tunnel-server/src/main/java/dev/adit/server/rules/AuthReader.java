package dev.adit.server.rules;

import dev.adit.core.config.ConfigMap;
import dev.adit.core.config.ConfigValue;
import dev.adit.core.token.TokenHash;
import dev.adit.server.policy.auth.AuthPolicy;
import dev.adit.server.policy.auth.BearerToken;
import dev.adit.server.policy.auth.CallerIdentity;
import dev.adit.server.policy.auth.JwtKeys;
import dev.adit.server.policy.auth.JwtPolicy;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads who may make the calls of a rule.
 *
 * @param files with keys that rules name
 */
record AuthReader(NamedFiles files) {

  AuthPolicy auth(ConfigValue value) {
    ConfigMap map = value.map();
    @Nullable ConfigValue bearer = map.optional("bearer");
    @Nullable ConfigValue jwt = map.optional("jwt");
    if (map.isMapping() && bearer == null && jwt == null) {
      map.required("bearer", "a list such as [{sha256: ..}], or jwt: {jwksFile: ..} instead");
    }
    List<BearerToken> tokens = bearer == null ? List.of() : bearer.listOfSome(AuthReader::token);
    @Nullable JwtPolicy policy = jwt == null ? null : jwt(jwt);
    map.end();
    return new AuthPolicy(tokens, policy);
  }

  private static @Nullable BearerToken token(ConfigValue value) {
    ConfigMap map = value.map();
    @Nullable ConfigValue hash = map.required("sha256", "the SHA-256 of a token");
    @Nullable CallerIdentity identity =
        map.read("name", v -> v.parse("a name for the token's bearer", CallerIdentity::ofToken));
    map.end();
    @Nullable TokenHash read =
        hash == null ? null : hash.parse("the SHA-256 of a token", TokenHash::parse);
    return read == null ? null : new BearerToken(read, identity);
  }

  private @Nullable JwtPolicy jwt(ConfigValue value) {
    ConfigMap map = value.map();
    @Nullable ConfigValue file = map.required("jwksFile", "a file with a JSON Web Key Set");
    @Nullable JwtKeys keys = file == null ? null : keys(file);
    @Nullable String issuer = map.text("issuer");
    List<String> audiences = map.oneOrList("audience", ConfigValue::text);
    map.end();
    return keys == null ? null : new JwtPolicy(keys, issuer, audiences);
  }

  private @Nullable JwtKeys keys(ConfigValue value) {
    @Nullable Path path = value.path();
    return path == null
        ? null
        : value.parse(
            "a file with a JSON Web Key Set of public keys",
            text -> JwtKeys.parse(files.content(path)));
  }
}
