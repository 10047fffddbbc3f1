/* SPDX-License-Identifier: Apache-2.0 */
/* What the requests to a FIDO2 key have in common. */
#ifndef CS_U2F_DEVICE_FIDO2_KEY_PRIV_H
#define CS_U2F_DEVICE_FIDO2_KEY_PRIV_H

#include "u2f/device_fido2_key.h"

/* Before a request: until when it may take, and who may end it. */
void cs_fido2_allow(fido_dev_t *dev, int64_t deadline, int cancel_fd);

/* Whether the key was busy with another program and may be asked again, after a pause. */
bool cs_fido2_again(fido_dev_t *dev);

/* What libfido2's result of a request means. If the request ended before the key answered, tells
 * the key to stop waiting. */
enum cs_err cs_fido2_settle(fido_dev_t *dev, int result, enum cs_u2f_outcome *ret_outcome,
                            struct cs_error *error) CS_MUST_USE;

#endif
