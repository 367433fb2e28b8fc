// Calls gRPC's interoperability server at HOST:PORT; messages are encoded by hand.
'use strict';

const assert = require('node:assert');
const grpc = require('@grpc/grpc-js');

const SERVICE = '/grpc.testing.TestService/';
const TIMEOUT = 20000;

const same = (bytes) => bytes;
const method = (name, streams) => ({
  path: SERVICE + name,
  requestStream: streams,
  responseStream: streams,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
});
const Client = grpc.makeGenericClientConstructor(
    {unaryCall: method('UnaryCall', false), fullDuplexCall: method('FullDuplexCall', true)}, 'TestService');

function varint(number) {
  const encoded = [];
  for (; number > 127; number >>>= 7) {
    encoded.push(number & 127 | 128);
  }
  encoded.push(number);
  return Buffer.from(encoded);
}

const numberField = (index, number) => Buffer.concat([varint(index << 3), varint(number)]);
const bytesField = (index, value) => Buffer.concat([varint(index << 3 | 2), varint(value.length), value]);
// A Payload with a body of zeros, as the server answers it.
const payload = (size) => bytesField(2, Buffer.alloc(size));
const soon = (millis) => ({deadline: Date.now() + millis});

function unary(client) {
  const metadata = new grpc.Metadata();
  metadata.set('x-grpc-test-echo-initial', 'initial');
  metadata.set('x-grpc-test-echo-trailing-bin', Buffer.from([0, 0xab, 0xff]));
  const request = Buffer.concat([numberField(2, 314159), bytesField(3, payload(271828))]);
  return new Promise((resolve, reject) => {
    let head;
    let body;
    client.unaryCall(request, metadata, soon(TIMEOUT), (error, answer) => {
      if (error) {
        reject(error);
      }
      body = answer;
    }).on('metadata', (received) => {
      head = received;
    }).on('status', (status) => {
      try {
        assert.strictEqual(status.code, grpc.status.OK);
        assert.ok(body && body.equals(bytesField(1, payload(314159))), 'answer');
        assert.deepStrictEqual(head.get('x-grpc-test-echo-initial'), ['initial']);
        assert.deepStrictEqual(
            status.metadata.get('x-grpc-test-echo-trailing-bin'), [Buffer.from([0, 0xab, 0xff])]);
        resolve();
      } catch (failure) {
        reject(failure);
      }
    });
  });
}

function status(client) {
  const message = '\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \u{1f608}\t\n';
  const wanted = Buffer.concat([numberField(1, 2), bytesField(2, Buffer.from(message))]);
  return new Promise((resolve, reject) => {
    client.unaryCall(bytesField(7, wanted), soon(TIMEOUT), (error) => {
      try {
        assert.strictEqual(error && error.code, grpc.status.UNKNOWN);
        assert.strictEqual(error.details, message);
        resolve();
      } catch (failure) {
        reject(failure);
      }
    });
  });
}

// Ping pong: a request is sent once the answer to the one before has come.
function bidi(client) {
  const sizes = [[31415, 27182], [9, 8], [2653, 1828], [58979, 45904]];
  return new Promise((resolve, reject) => {
    let arrived = 0;
    const call = client.fullDuplexCall(soon(TIMEOUT));
    const send = () => {
      const [size, body] = sizes[arrived];
      call.write(Buffer.concat([bytesField(2, numberField(1, size)), bytesField(3, payload(body))]));
    };
    call.on('data', (answer) => {
      if (!answer.equals(bytesField(1, payload(sizes[arrived][0])))) {
        reject(new Error('answer ' + arrived + ' is wrong'));
      }
      arrived++;
      if (arrived < sizes.length) {
        send();
      } else {
        call.end();
      }
    });
    call.on('error', reject);
    call.on('end', () => arrived === sizes.length ? resolve() : reject(new Error(arrived + ' answers')));
    send();
  });
}

function deadline(client) {
  return new Promise((resolve, reject) => {
    const call = client.fullDuplexCall(soon(200));
    call.on('data', () => reject(new Error('an answer came')));
    call.on('error', (error) =>
      error.code === grpc.status.DEADLINE_EXCEEDED ? resolve() : reject(error));
    call.write(bytesField(2, Buffer.concat([numberField(1, 1), numberField(2, 5000000)])));
    call.end();
  });
}

async function main() {
  const client = new Client(process.argv[2], grpc.credentials.createInsecure());
  for (const run of [unary, status, bidi, deadline]) {
    await run(client);
    console.log(run.name, 'ok');
  }
  client.close();
}

main().catch((failure) => {
  console.error(failure);
  process.exit(1);
});
