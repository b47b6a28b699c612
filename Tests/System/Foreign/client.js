// A province's node in another language, as small as it can be: calls a peer with the proto files of Protos/ over mutual TLS with pinned
// certificates, as Protos/README.md describes. Reads what to do from the JSON file named on the command line, prints the replies as one JSON.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const tls = require('node:tls');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');

const settings = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const own = fs.readFileSync(settings.certificateAndKey);
let serial = 0;

const pinOf = certificate => 'sha256:' + certificate.fingerprint256.replaceAll(':', '').toLowerCase();

// nodes.json has the peer's pin, not its certificate: fetch what the server shows and keep it only if it is the pinned one.
function fetchPinnedCertificate() {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: settings.host, port: settings.port, key: own, cert: own, ALPNProtocols: ['h2'], rejectUnauthorized: false }, () => {
      const shown = socket.getPeerX509Certificate();
      socket.destroy();
      if (pinOf(shown) === settings.pin) resolve(Buffer.from(shown.toString()));
      else reject(new Error(`${settings.host}:${settings.port} shows ${pinOf(shown)}, nodes.json has ${settings.pin}`));
    });
    socket.once('error', reject);
  });
}

// The certificate is its own root, and it names a province, not a host: the pin takes the place of the host name check.
function pinnedCredentials(serverCertificate) {
  return grpc.credentials.createSsl(serverCertificate, own, own, {
    checkServerIdentity: (_, shown) => pinOf(shown) === settings.pin ? undefined : new Error('another certificate than the pinned one'),
  });
}

function exchange() {
  const files = ['node', 'person', 'visit', 'settlement'].map(name => path.join('provincial/exchange/v1', `${name}.proto`));
  const definition = protoLoader.loadSync(files, { includeDirs: [settings.protos], keepCase: true, longs: String, enums: String, oneofs: true });
  return grpc.loadPackageDefinition(definition).provincial.exchange.v1;
}

function call(client, method, request) {
  return new Promise((resolve, reject) => client[method](request, { deadline: Date.now() + 30000 }, (fault, reply) => fault ? reject(fault) : resolve(reply)));
}

// Division, wall clock in China, serial: 30 digits.
function transactionId(at) {
  const local = new Date(at + 8 * 3600 * 1000).toISOString().replaceAll(/[-T:]/g, '').slice(0, 14);
  return settings.sender + local + String(++serial).padStart(10, '0');
}

function header() {
  const now = Date.now();
  return {
    transaction_id: transactionId(now), sender_division: settings.sender, receiver_division: settings.receiver,
    operator: 'foreign', sent_at_ms: now, protocol_release: '1.0', catalogue_release: '2016.1',
  };
}

async function main() {
  const credentials = pinnedCredentials(await fetchPinnedCertificate());
  const { NodeService, PersonService, VisitService, SettlementService } = exchange();
  const [nodes, persons, visits, settlements] = [NodeService, PersonService, VisitService, SettlementService]
    .map(Service => new Service(`${settings.host}:${settings.port}`, credentials));
  const { person, institution, day } = settings;
  const diagnoses = [{ code: 'I20.000', name: '不稳定型心绞痛' }];
  const replies = {};

  replies.ping = await call(nodes, 'Ping', { header: header(), payload: Buffer.from('你好') });
  replies.ping.pong.payload = replies.ping.pong.payload.toString();
  replies.verify = await call(persons, 'VerifyPerson', { header: header(), person, service_date: day, treatment_division: institution.division, visit_kind: '21' });
  replies.admission = await call(visits, 'RegisterAdmission',
    { header: header(), person, institution, visit_kind: '21', admission_date: day, hospital_visit_number: 'FOREIGN-1', diagnoses });
  const visit_number = replies.admission.admission.visit_number;
  replies.discharge = await call(visits, 'RegisterDischarge', { header: header(), visit_number, discharge_date: day, diagnoses, discharge_reason: '1' });

  const charges = settings.charges;
  const bill = { visit_number, institution, service_date: day, diagnoses, charges, category_sums: [{ fee_category: '01', charges, line_count: 3 }], line_count: 3 };
  const settle = { header: header(), bill };
  replies.settle = await call(settlements, 'Settle', settle);
  // After a lost reply the same bytes are sent again.
  replies.settle_again = await call(settlements, 'Settle', settle);
  replies.transaction = await call(settlements, 'GetTransaction', { header: header(), original_transaction_id: settle.header.transaction_id });

  [nodes, persons, visits, settlements].forEach(client => client.close());
  process.stdout.write(JSON.stringify(replies));
}

main().catch(fault => {
  process.stderr.write(`${fault.message}\n`);
  process.exitCode = 1;
});
