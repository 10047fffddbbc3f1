// SPDX-License-Identifier: Apache-2.0
// usage: ssh2.js PORT ask|saved|KEY ANSWER... (the test applications_more.further_clients)
"use strict";
const fs = require("fs");
const { Client } = require("ssh2");

const [port, how, ...answers] = process.argv.slice(2);
const options = { host: "127.0.0.1", port: Number(port), username: "alice", tryKeyboard: true, readyTimeout: 3000 };
const client = new Client();

if (how === "saved") {
  options.password = answers[0];
} else {
  client.on("keyboard-interactive", (name, instructions, language, prompts, finish) => {
    finish(prompts.map(() => answers.shift() || ""));
  });
  if (how !== "ask") options.privateKey = fs.readFileSync(how);
}
client.on("ready", () => {
  console.log("let in");
  client.end();
});
client.on("error", (problem) => console.log(`${problem.message}\nrefused`));
client.connect(options);
