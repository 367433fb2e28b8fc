package dev.adit.demo.backend.engine;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.adit.demo.proto.engine.ActionRequest;
import dev.adit.demo.proto.engine.ActionResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;

/** One action a caller waits for: its arguments, and the ways to answer it. Answered once. */
final class ActionCall {
  private final ActionRequest request;
  private final ServerCallStreamObserver<ActionResponse> answer;

  ActionCall(ActionRequest request, ServerCallStreamObserver<ActionResponse> answer) {
    this.request = request;
    this.answer = answer;
  }

  String project() {
    return request.getProjectId();
  }

  String action() {
    return request.getAction();
  }

  String requestId() {
    return request.getRequestId();
  }

  /** The positional arguments; none given: an empty list. */
  JsonArray args() throws BadArgumentException {
    JsonElement json = parse("args_json", request.getArgsJson(), "[]");
    if (!json.isJsonArray()) {
      throw new BadArgumentException("args_json: expected a list");
    }
    return json.getAsJsonArray();
  }

  /** The named arguments; none given: an empty object. */
  Kwargs kwargs() throws BadArgumentException {
    JsonElement json = parse("kwargs_json", request.getKwargsJson(), "{}");
    if (!json.isJsonObject()) {
      throw new BadArgumentException("kwargs_json: expected an object");
    }
    return new Kwargs(json.getAsJsonObject());
  }

  /** Answers that the action was done. */
  void succeed(JsonObject result) {
    succeed(result.toString());
  }

  /** Answers that the action was done, with a result that is JSON already. */
  void succeed(String resultJson) {
    answerWith(base().setSuccess(true).setResultJson(resultJson).build());
  }

  /** Answers that the engine would not do the action; the gRPC status stays OK. */
  void refuse(String error) {
    answerWith(base().setSuccess(false).setError(error).build());
  }

  /** Ends the call with a gRPC status instead of an answer. */
  void fail(Status status) {
    if (!answer.isCancelled()) {
      answer.onError(status.asRuntimeException());
    }
  }

  /** To be run when the caller gives up; set before the action returns. */
  void onCancel(Runnable handler) {
    answer.setOnCancelHandler(handler);
  }

  private ActionResponse.Builder base() {
    return ActionResponse.newBuilder().setRequestId(request.getRequestId());
  }

  private void answerWith(ActionResponse response) {
    if (answer.isCancelled()) {
      return;
    }
    answer.onNext(response);
    answer.onCompleted();
  }

  private static JsonElement parse(String field, String json, String absent)
      throws BadArgumentException {
    try {
      return JsonParser.parseString(json.isEmpty() ? absent : json);
    } catch (JsonParseException e) {
      throw new BadArgumentException(field + ": not JSON: " + e.getMessage());
    }
  }
}
