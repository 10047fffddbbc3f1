/* SPDX-License-Identifier: Apache-2.0 */
/* usage: libssh2 PORT ask|KEY ANSWER... (the test applications_more.further_clients) */
#include <arpa/inet.h>
#include <libssh2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define USER "alice"

struct dialogue {
    const char *const *left; /* answers; ends with NULL */
};

static int connect_to(const char *port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0 ? fd : -1;
}

/* libssh2 frees the answers. */
static void answer_prompts(const char *name, int name_len, const char *instruction,
                           int instruction_len, int count,
                           const LIBSSH2_USERAUTH_KBDINT_PROMPT *prompts,
                           LIBSSH2_USERAUTH_KBDINT_RESPONSE *responses, void **abstract)
{
    struct dialogue *dialogue = *abstract;

    (void)name, (void)name_len, (void)instruction, (void)instruction_len, (void)prompts;
    for (int i = 0; i < count; i++) {
        const char *answer = *dialogue->left != NULL ? *dialogue->left++ : "";
        responses[i].text = strdup(answer);
        responses[i].length = (unsigned int)strlen(answer);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3 || libssh2_init(0) != 0) {
        return 64;
    }
    struct dialogue dialogue = {.left = (const char *const *)argv + 3};
    LIBSSH2_SESSION *session = libssh2_session_init_ex(NULL, NULL, NULL, &dialogue);
    if (libssh2_session_handshake(session, connect_to(argv[1])) != 0) {
        fputs("no handshake\n", stderr);
        return 1;
    }
    if (strcmp(argv[2], "ask") != 0) {
        /* For sshd's "partial success", libssh2 reports a wrong signature: go on, and let the
         * dialogue decide. */
        (void)libssh2_userauth_publickey_fromfile(session, USER, NULL, argv[2], NULL);
    }
    int status = libssh2_userauth_keyboard_interactive(session, USER, answer_prompts);
    puts(status == 0 ? "let in" : "refused");
    libssh2_session_disconnect(session, "done");
    libssh2_session_free(session);
    return 0;
}
