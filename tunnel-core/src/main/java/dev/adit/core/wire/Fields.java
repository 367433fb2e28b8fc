package dev.adit.core.wire;

/**
 * Field numbers of tunnel.proto, for the hand-written half of the codec. A test holds them equal to
 * the generated classes.
 */
final class Fields {
  static final int MESSAGE_FRAMES = 1;

  static final int FRAME_REQUEST_ID = 1;
  static final int FRAME_HEARTBEAT = 5;
  static final int FRAME_REQUEST_HEAD = 9;
  static final int FRAME_RESPONSE_HEAD = 10;
  static final int FRAME_TRAILERS = 11;
  static final int FRAME_ACCEPTED = 12;
  static final int FRAME_RESET = 13;
  static final int FRAME_CREDIT = 14;
  static final int FRAME_LAST_CHUNK = 15;
  static final int FRAME_DATA = 16;

  static final int HEADER_NAME = 1;
  static final int HEADER_VALUE = 2;

  static final int REQUEST_PROTOCOL = 1;
  static final int REQUEST_METHOD = 2;
  static final int REQUEST_SCHEME = 3;
  static final int REQUEST_AUTHORITY = 4;
  static final int REQUEST_PATH = 5;
  static final int REQUEST_HEADERS = 6;
  static final int REQUEST_TIMEOUT_MS = 7;
  static final int REQUEST_GROUP = 9;
  static final int REQUEST_RULE = 10;
  static final int REQUEST_ATTEMPT = 11;
  static final int REQUEST_WINDOW = 12;

  static final int RESPONSE_STATUS = 1;
  static final int RESPONSE_HEADERS = 2;

  static final int TRAILERS_HEADERS = 1;

  static final int ACCEPTED_UPSTREAM = 1;
  static final int ACCEPTED_BACKEND = 2;

  static final int RESET_CODE = 1;
  static final int RESET_REASON = 2;
  static final int RESET_PROCESSED = 3;
  static final int RESET_MESSAGE = 4;

  static final int HEARTBEAT_TOKEN = 1;
  static final int HEARTBEAT_ECHO = 2;
  static final int HEARTBEAT_ECHO_DELAY_US = 3;
  static final int HEARTBEAT_AT_ONCE = 4;

  private Fields() {}
}
