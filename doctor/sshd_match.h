/* SPDX-License-Identifier: Apache-2.0 */
/* The criteria of Match lines: somebody whom they are about, for `sshd -T -C`. */
#ifndef CS_DOCTOR_SSHD_MATCH_H
#define CS_DOCTOR_SSHD_MATCH_H

#include "base/buffer.h"
#include "doctor/accounts.h"

/* What -C says of a connection. */
struct cs_sshd_connection {
    char *user, *address, *host, *local_address, *local_port, *domain;
};

/* How many connections a block is about. */
enum cs_sshd_reach {
    CS_SSHD_UNKNOWN, /* nobody can be named who matches: a group without members, a new criterion */
    CS_SSHD_ACCOUNTS, /* those of some users or groups */
    CS_SSHD_NETWORKS, /* those from or to some addresses */
    CS_SSHD_EVERYBODY,
};

/* A connection of nobody in particular; release it with cs_sshd_connection_clear. */
enum cs_err cs_sshd_connection_any(struct cs_sshd_connection *ret_connection) CS_MUST_USE;

/* Changes a connection so that it meets the criteria. */
enum cs_err cs_sshd_match_example(const char *criteria, const struct cs_accounts *accounts,
                                  struct cs_sshd_connection *connection,
                                  enum cs_sshd_reach *ret_reach) CS_MUST_USE;

/* Adds the criteria with groups replaced by the users who are in them. */
enum cs_err cs_sshd_match_rewrite(const char *criteria, const struct cs_accounts *accounts,
                                  struct cs_buffer *out, struct cs_error *error) CS_MUST_USE;

void cs_sshd_connection_clear(struct cs_sshd_connection *connection);

#endif
