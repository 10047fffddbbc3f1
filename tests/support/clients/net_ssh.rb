# SPDX-License-Identifier: Apache-2.0
# usage: net_ssh.rb PORT ask|saved|KEY ANSWER... (the test applications_more.further_clients)
require "net/ssh"

port, how, *answers = ARGV

# What Net::SSH asks its questions with: `ask` gets each prompt.
Dialogue = Struct.new(:answers) do
  def start(_info)
    self
  end

  def ask(_prompt, _echo)
    answers.shift || ""
  end

  def success; end
end

options = { port: port.to_i, config: false, verify_host_key: :never, use_agent: false, keys: [],
            auth_methods: %w[keyboard-interactive] }
if how == "saved"
  options.update(password: answers.first, non_interactive: true)
else
  options.update(password_prompt: Dialogue.new(answers), number_of_password_prompts: answers.size)
  options.update(keys: [how], keys_only: true, auth_methods: %w[publickey keyboard-interactive]) if how != "ask"
end
begin
  Net::SSH.start("127.0.0.1", "alice", options) { puts "let in" }
rescue Net::SSH::Exception => e
  puts e.class, "refused"
end
