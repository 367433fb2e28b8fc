package dev.adit.demo.backend.detect;

import com.google.protobuf.UnsafeByteOperations;
import dev.adit.demo.proto.detect.DetectGrpc;
import dev.adit.demo.proto.detect.DetectRequest;
import dev.adit.demo.proto.detect.DetectResponse;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Answers a text with its spam words masked. */
public final class DetectService extends DetectGrpc.DetectImplBase {
  /** The words that are spam, in lower case. */
  public static final List<String> SPAM_WORDS =
      List.of("casino", "giveaway", "jackpot", "lottery", "winner");

  private final WordMask mask = new WordMask(SPAM_WORDS);

  @Override
  public void detect(DetectRequest request, StreamObserver<DetectResponse> answer) {
    byte[] text = request.getContent().getBytes(StandardCharsets.UTF_8);
    mask.apply(text);
    // The bytes are ours alone and change no more: 100 MiB need not be copied once again.
    answer.onNext(
        DetectResponse.newBuilder().setDataBytes(UnsafeByteOperations.unsafeWrap(text)).build());
    answer.onCompleted();
  }
}
