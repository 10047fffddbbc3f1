/* SPDX-License-Identifier: Apache-2.0 */
/* usage: libssh PORT ask|KEY ANSWER... (the test applications_more.further_clients) */
#include <libssh/libssh.h>
#include <stdio.h>
#include <string.h>

static int with_key(ssh_session session, const char *path)
{
    ssh_key key;

    if (ssh_pki_import_privkey_file(path, NULL, NULL, NULL, &key) != SSH_OK) {
        return SSH_AUTH_ERROR;
    }
    int status = ssh_userauth_publickey(session, NULL, key);
    ssh_key_free(key);
    return status;
}

/* sshd also sends rounds without a prompt: they need the next call, but no answer. */
static int ask(ssh_session session, const char *const *answers)
{
    int status;

    while ((status = ssh_userauth_kbdint(session, NULL, NULL)) == SSH_AUTH_INFO) {
        for (int i = 0; i < ssh_userauth_kbdint_getnprompts(session); i++) {
            const char *answer = *answers != NULL ? *answers++ : "";
            if (ssh_userauth_kbdint_setanswer(session, (unsigned int)i, answer) < 0) {
                return SSH_AUTH_ERROR;
            }
        }
    }
    return status;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        return 64;
    }
    ssh_session session = ssh_new();
    ssh_options_set(session, SSH_OPTIONS_HOST, "127.0.0.1");
    ssh_options_set(session, SSH_OPTIONS_PORT_STR, argv[1]);
    ssh_options_set(session, SSH_OPTIONS_USER, "alice");
    if (ssh_connect(session) != SSH_OK) {
        fprintf(stderr, "%s\n", ssh_get_error(session));
        return 1;
    }
    int status = strcmp(argv[2], "ask") == 0 ? SSH_AUTH_PARTIAL : with_key(session, argv[2]);
    if (status == SSH_AUTH_PARTIAL) {
        status = ask(session, (const char *const *)argv + 3);
    }
    puts(status == SSH_AUTH_SUCCESS ? "let in" : "refused");
    ssh_disconnect(session);
    ssh_free(session);
    return 0;
}
