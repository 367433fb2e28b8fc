// Four calls through a tunnel, by a stock @grpc/grpc-js client.
//
//     npm install @grpc/grpc-js @grpc/proto-loader
//     node examples/node/caller.js HOST:PORT
'use strict';

const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const PROTOS = path.join(__dirname, '../../tunnel-demo/src/main/proto');

function unary(client, method, request) {
  const deadline = Date.now() + 20000;
  return new Promise((resolve, reject) => {
    client[method](request, new grpc.Metadata(), {deadline}, (error, answer) =>
      error ? reject(error) : resolve(answer));
  });
}

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('a call that should fail was answered');
}

async function main(address) {
  const definition = loader.loadSync('jisucloud/v1/user.proto', {includeDirs: [PROTOS]});
  const {UserService} = grpc.loadPackageDefinition(definition).jisucloud.v1;
  const users = new UserService(address, grpc.credentials.createInsecure());

  const ids = [];
  for (const name of ['alice', 'bob', 'carol']) {
    ids.push((await unary(users, 'CreateUser', {name, email: `${name}-${process.pid}@example.com`})).id);
  }
  const first = await unary(users, 'GetUser', {id: ids[0]});
  console.log('unary       ', first.name);

  let ours = 0;
  for await (const user of users.ListUsers({})) {
    ours += ids.includes(user.id) ? 1 : 0;
  }
  console.log('streaming   ', ours, 'users');
  for (const id of ids) {
    await unary(users, 'DeleteUser', {id});
  }

  const missing = await failure(unary(users, 'GetUser', {id: 'nobody'}));
  console.log('not found   ', grpc.status[missing.code]);

  const refused = await failure(new Promise((resolve, reject) => {
    const same = bytes => bytes;
    users.makeUnaryRequest('/no.Such/Method', same, same, Buffer.alloc(0), (error, answer) =>
      error ? reject(error) : resolve(answer));
  }));
  const reason = refused.metadata.get('x-tunnel-reason')[0];
  console.log('no rule     ', grpc.status[refused.code], reason);
  users.close();

  const good = first.name === 'alice' && ours === 3 &&
      missing.code === grpc.status.NOT_FOUND && reason === 'no-rule';
  process.exitCode = good ? 0 : 1;
}

if (process.argv.length !== 3) {
  console.error('usage: caller.js HOST:PORT');
  process.exit(2);
}
main(process.argv[2]).catch(error => {
  console.error(error);
  process.exit(1);
});
