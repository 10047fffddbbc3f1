#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plink 0.78: who answers what an authentication plugin asks its user, when there is a -pw.
#
# Predicted: -pw is the account's password at the server. In a login with keyboard-interactive it answers a question of
# the server's; the plugin's own questions (PLUGIN_KI_USER_REQUEST), about which the server knows nothing, are for the
# person, and with -batch they end the login.
# Seen: a plugin's question with one prompt without echo is answered with the -pw password, -batch or not, and nobody is
# asked. With a second prompt beside it, it is not: "Cannot answer interactive prompts in batch mode".
#
# So a plugin that asks for a PIN must not ask for it in a request with nothing else: the password goes where the PIN
# belongs, and a security key counts it as a wrong PIN.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME=$folder

apt-get -q download putty-tools=0.78-2+deb12u2 >/dev/null 2>&1
dpkg-deb -x putty-tools_*.deb root
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$folder" ssh2@1.16.0 >/dev/null
plink=$folder/root/usr/bin/plink

# A server that takes any answer to one question. Its first line is its port, its second its key's fingerprint.
cat >server.js <<'JS'
const crypto = require("crypto");
const { Server, utils } = require("ssh2");
const key = utils.generateKeyPairSync("ed25519");
const blob = utils.parseKey(key.public).getPublicSSH();
const server = new Server({ hostKeys: [key.private] }, (client) => {
    client.on("error", () => {});
    client.on("authentication", (request) => {
        if (request.method !== "keyboard-interactive") return request.reject(["keyboard-interactive"]);
        request.prompt([{ prompt: "The server's question: ", echo: false }], () => request.accept());
    });
    client.on("ready", () => client.on("session", (accept) => {
        accept().on("exec", (accept) => { const channel = accept(); channel.write("let in\n"); channel.exit(0); channel.end(); });
    }));
});
server.listen(0, "127.0.0.1", () => {
    console.log(server.address().port);
    console.log("SHA256:" + crypto.createHash("sha256").update(blob).digest("base64").replace(/=+$/, ""));
});
JS

# A plugin that asks its user the prompts named on its command line before it answers the server, and writes down what
# it got.
cat >plugin.py <<'PY'
import struct
import sys

prompts, out = sys.argv[2:], open(sys.argv[1], "w")


def text(words):
    return struct.pack(">I", len(words)) + words.encode()


def send(kind, body=b""):
    sys.stdout.buffer.write(struct.pack(">I", 1 + len(body)) + bytes([kind]) + body)
    sys.stdout.buffer.flush()


while head := sys.stdin.buffer.read(4):
    message = sys.stdin.buffer.read(struct.unpack(">I", head)[0])
    if message[0] == 1:  # INIT
        send(2, struct.pack(">I", 2) + text(""))
    elif message[0] == 3:  # PROTOCOL
        send(4)
    elif message[0] == 20:  # SERVER_REQUEST, asked of the user in other words: USER_REQUEST
        send(22, text("") * 3 + struct.pack(">I", len(prompts)) + b"".join(text(p) + b"\0" for p in prompts))
    elif message[0] == 23:  # USER_RESPONSE
        length = struct.unpack(">I", message[5:9])[0]
        print(message[9:9 + length].decode(), file=out, flush=True)
        send(21, struct.pack(">I", 1) + text("the plugin's answer"))
PY

node server.js >server.out 2>server.err &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 100); do
    [[ $(wc -l <server.out) == 2 ]] && break
    sleep 0.1
done
port=$(sed -n 1p server.out)
fingerprint=$(sed -n 2p server.out)

# login PROMPT...: plink -batch -pw with a plugin that asks these.
login()
{
    local words=''
    printf -v words ' %q' "$@"
    mkdir -p "$HOME/.putty/sessions"
    printf 'AuthPlugin=/usr/bin/python3 %s/plugin.py %s/got%s\n' "$folder" "$folder" "$words" >"$HOME/.putty/sessions/there"
    : >got
    "$plink" -batch -load there -ssh -P "$port" -l somebody -hostkey "$fingerprint" -pw "account's password" 127.0.0.1 true \
        >seen 2>&1 </dev/null || true
}

"$plink" -V | sed -n 1p
login 'PIN of your key: '
echo "one prompt: the plugin got '$(cat got)'; plink: $(tail -n 1 seen)"
grep -qx "account's password" got
grep -q 'let in' seen
login 'PIN of your key: ' 'Then press Enter: '
echo "two prompts: the plugin got '$(cat got)'; plink: $(tail -n 1 seen)"
[[ ! -s got ]]
grep -q 'Cannot answer interactive prompts in batch mode' seen
echo 'as stated'
