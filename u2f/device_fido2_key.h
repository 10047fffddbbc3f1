/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to one opened FIDO2 key through libfido2's own functions; as in transport.h. */
#ifndef CS_U2F_DEVICE_FIDO2_KEY_H
#define CS_U2F_DEVICE_FIDO2_KEY_H

#include "u2f/device_fido2_io.h"
#include "u2f/transport.h"

enum cs_err cs_fido2_sign(fido_dev_t *dev, const struct cs_u2f_question *question,
                          enum cs_u2f_outcome *ret_outcome, struct cs_u2f_assertion *ret_assertion,
                          struct cs_error *error) CS_MUST_USE;

/* Yields the form of docs/U2F-RELAY.md: authenticator data, the proof that the key pair exists, and
 * the attestation if it was asked for. ES256, or EdDSA if the key knows only that: verifiers that
 * know ES256 are older and more. */
enum cs_err cs_fido2_make(fido_dev_t *dev, const struct cs_u2f_question *question,
                          enum cs_u2f_outcome *ret_outcome, struct cs_u2f_enrolled *ret_enrolled,
                          struct cs_error *error) CS_MUST_USE;

enum cs_err cs_fido2_begin_touch(fido_dev_t *dev, struct cs_error *error) CS_MUST_USE;
enum cs_err cs_fido2_look_touched(fido_dev_t *dev, bool *ret_touched,
                                  enum cs_u2f_outcome *ret_outcome,
                                  struct cs_error *error) CS_MUST_USE;
void cs_fido2_end_touch(fido_dev_t *dev);

int cs_fido2_tries_left(fido_dev_t *dev);

/* False also if it does not answer. */
bool cs_fido2_registers_with_pin(fido_dev_t *dev);

#endif
