// SPDX-License-Identifier: Apache-2.0
// usage: node_ssh.js PORT ask|saved|KEY ANSWER... (the test applications_more.further_clients)
"use strict";
const { NodeSSH } = require("node-ssh");

const [port, how, ...answers] = process.argv.slice(2);
const options = { host: "127.0.0.1", port: Number(port), username: "alice", tryKeyboard: true, readyTimeout: 3000 };

if (how === "saved") {
  options.password = answers[0];
} else {
  options.onKeyboardInteractive = (name, instructions, language, prompts, finish) => {
    finish(prompts.map(() => answers.shift() || ""));
  };
  if (how !== "ask") options.privateKeyPath = how;
}
const client = new NodeSSH();
client.connect(options).then(() => console.log("let in"), (problem) => console.log(`${problem.message}\nrefused`))
  .finally(() => client.dispose());
