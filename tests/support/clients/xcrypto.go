// SPDX-License-Identifier: Apache-2.0

// usage: xcrypto PORT ask|KEY ANSWER... (the test applications_more.further_clients)
package main

import (
	"fmt"
	"log"
	"os"

	"golang.org/x/crypto/ssh"
)

func main() {
	port, how, answers := os.Args[1], os.Args[2], os.Args[3:]
	methods := []ssh.AuthMethod{ssh.KeyboardInteractive(
		func(name, instruction string, prompts []string, echos []bool) ([]string, error) {
			replies := make([]string, len(prompts))
			for i := range replies {
				if len(answers) > 0 {
					replies[i], answers = answers[0], answers[1:]
				}
			}
			return replies, nil
		})}
	if how != "ask" {
		text, err := os.ReadFile(how)
		if err != nil {
			log.Fatal(err)
		}
		key, err := ssh.ParsePrivateKey(text)
		if err != nil {
			log.Fatal(err)
		}
		methods = append([]ssh.AuthMethod{ssh.PublicKeys(key)}, methods...)
	}
	client, err := ssh.Dial("tcp", "127.0.0.1:"+port, &ssh.ClientConfig{
		User: "alice", Auth: methods, HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	if err != nil {
		fmt.Printf("%v\nrefused\n", err)
		return
	}
	client.Close()
	fmt.Println("let in")
}
