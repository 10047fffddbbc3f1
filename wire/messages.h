/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages that cross the socket; docs/PROTOCOL.md describes them in words. Each is a struct
 * here and a table of fields in messages.c; codec.c uses the tables in both directions.
 */
#ifndef CS_WIRE_MESSAGES_H
#define CS_WIRE_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"
#include "base/strlist.h"
#include "wire/round.h"

/* Each end speaks this version and the one before, because module and broker are upgraded one after
 * the other. CS_WIRE_NEXT is a test build that acts as the newer end. */
#ifdef CS_WIRE_NEXT
enum { CS_WIRE_VERSION = 6 };
#else
enum { CS_WIRE_VERSION = 5 };
#endif
/* Since when the client says that the application refuses a prompt. */
enum { CS_WIRE_REFUSALS = 3 };
/* Since when a request says which phase it is for. */
enum { CS_WIRE_PHASES = 4 };
/* Since when people may ask for what is their own. */
enum { CS_WIRE_SELF = 5 };
enum { CS_WIRE_VERSION_OLDEST = CS_WIRE_VERSION - 1, CS_MESSAGE_BYTES_MAX = 65536 };

enum cs_message_type {
    CS_MSG_HELLO = 1,   /* module: the versions it speaks */
    CS_MSG_WELCOME,     /* broker: the version chosen */
    CS_MSG_REQUEST,     /* module: the login, or the account to check */
    CS_MSG_ACCEPTED,    /* broker: the request is valid; how long the login may last */
    CS_MSG_ROUND,       /* broker: show this, ask that */
    CS_MSG_ANSWERS,     /* module: what the person typed */
    CS_MSG_AUTHTOK_ASK, /* broker: is there a PAM_AUTHTOK? */
    CS_MSG_AUTHTOK,     /* module: the PAM_AUTHTOK, if there is one */
    CS_MSG_VERDICT,     /* broker: how the login ended */
    CS_MSG_TYPES
};

struct cs_hello {
    uint32_t oldest, newest;
};

struct cs_welcome {
    uint32_t version;
};

enum cs_request_flag {
    CS_REQUEST_SILENT = 1,      /* PAM_SILENT: no informational text */
    CS_REQUEST_CONFIG_FILE = 2, /* a descriptor of the file named by config= is attached */
    CS_REQUEST_STANDALONE = 4,  /* no broker was running */
    CS_REQUEST_IBM_FOUND = 8,   /* the PAM line names no file: ibm_auth_config= is the module's */
    CS_REQUEST_REASON = 16,     /* the tool's: with the verdict comes the reason, if root asks */
};

/* What PAM is doing. */
enum cs_phase {
    CS_PHASE_AUTHENTICATE,
    CS_PHASE_ACCOUNT, /* may the account log in at all? Nobody is asked anything. */
    CS_PHASE_SELF,    /* not PAM: `countersign self`, by the account of the peer's uid */
    CS_PHASES
};

/* In CS_PHASE_SELF, in place of PAM_SERVICE: for the settings, and for the log. */
#define CS_SELF_SERVICE "countersign-self"

/* What is to be done in CS_PHASE_SELF. */
enum cs_self_act {
    CS_SELF_NONE, /* the initial value, which is refused */
    CS_SELF_LIST,
    CS_SELF_ADD,
    CS_SELF_REPLACE,  /* the factor `self_detail` */
    CS_SELF_RECOVERY, /* new recovery codes */
    CS_SELF_LANGUAGE, /* `self_detail`, or none */
    CS_SELF_ACTS
};

struct cs_request {
    char *service, *user, *rhost, *tty, *ruser; /* PAM items; NULL when not set */
    char *ssh_connection, *ssh_auth_info;       /* sshd's SSH_CONNECTION and SSH_AUTH_INFO_0 */
    uint32_t flags;
    uint32_t phase;              /* enum cs_phase */
    uint32_t self_act;           /* enum cs_self_act */
    char *self_detail;           /* what, more closely; NULL: nothing */
    struct cs_strlist arguments; /* from the PAM line */
    char *client;                /* the program's version; not used yet */
    int config_fd;               /* not in the message but sent along with it; -1 for none */
};

struct cs_accepted {
    uint32_t deadline_ms; /* from now */
};

struct cs_authtok {
    struct cs_secret value; /* data == NULL: there is none */
};

/* Prefix of the variables that the broker may set; the module accepts no others except the one that
 * its own PAM line names. */
#define CS_VARIABLE_PREFIX "COUNTERSIGN_"

struct cs_verdict_message {
    uint32_t pam_code;
    char *name;                  /* the verdict's name, for people: "allow", "deny", ... */
    struct cs_strlist variables; /* NAME=VALUE for the PAM environment */
    struct cs_secret authtok;    /* PAM_AUTHTOK to hand on; data == NULL: none */
    char *reason;                /* the log's word; NULL unless CS_REQUEST_REASON got it */
};

void cs_request_clear(struct cs_request *request);
void cs_verdict_message_clear(struct cs_verdict_message *verdict);

#endif
