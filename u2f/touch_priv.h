/* SPDX-License-Identifier: Apache-2.0 */
/* What is known while a touch is asked for. */
#ifndef CS_U2F_TOUCH_PRIV_H
#define CS_U2F_TOUCH_PRIV_H

#include "u2f/device.h"
#include "u2f/touch.h"

/* One key in this round. */
struct cs_u2f_candidate {
    struct cs_u2f_traits traits;
    bool asked;     /* waiting for a touch */
    bool fido2;     /* ... in FIDO2 */
    bool uncertain; /* tells only with its PIN whether it knows a handle */
    bool blinking;  /* waits for the touch that chooses it */
    size_t handle;
};

struct cs_u2f_work {
    const struct cs_u2f_touch *touch;
    enum cs_u2f_purpose purpose;
    struct cs_u2f_transport *transport;
    struct cs_u2f_candidate keys[CS_U2F_KEYS_MAX];
    unsigned count;   /* keys plugged in */
    unsigned asked;   /* how many of them are asked */
    bool failed;      /* a key failed since the last look */
    bool unseen;      /* there was no time to examine all of them */
    bool mute;        /* a key was passed over because it has only FIDO2 */
    bool unable;      /* a key was passed over because it cannot verify */
    bool pin_sent;    /* another round would ask for it again */
    int64_t deadline; /* the touch's, and the time in which the person was asked for a PIN */
    int64_t look_until;
    unsigned retries; /* looks left after a key failed */
    unsigned key;     /* the last one asked */
    /* the touched key's reply in U2F, its handle, and what came of it */
    unsigned char reply[CS_U2F_REPLY_ROOM];
    size_t length;
    size_t handle;
    struct cs_u2f_assertion assertion;
    struct cs_u2f_enrolled enrolled;
};

/* ---- touch_step.c ---- */

/* CS_ERR_CANCELLED if nobody is waiting any more, after at most `milliseconds`. */
enum cs_err cs_u2f_cancelled(const struct cs_u2f_touch *touch, int milliseconds,
                             struct cs_error *error) CS_MUST_USE;

/* Exchanges one APDU; `work->reply` has its data. */
enum cs_err cs_u2f_exchange(struct cs_u2f_work *work, unsigned key, const struct cs_u2f_apdu *apdu,
                            enum cs_u2f_reply *ret_reply, struct cs_error *error) CS_MUST_USE;

/* ---- touch_look.c: which keys to ask ---- */

bool cs_u2f_may_look(const struct cs_u2f_work *work);
enum cs_err cs_u2f_look_for_keys(struct cs_u2f_work *work, struct cs_error *error) CS_MUST_USE;

/* Says why nobody can be asked for a touch. */
enum cs_err cs_u2f_nobody(const struct cs_u2f_work *work, bool pulled_out, struct cs_error *error);

/* What the handle demands; of CS_U2F_REGISTER, or before it is known, what the touch demands. */
enum cs_u2f_verification cs_u2f_demanded(const struct cs_u2f_work *work, size_t handle);

/* A question for a key that speaks FIDO2, about the handle, without PIN. */
struct cs_u2f_question cs_u2f_question_about(const struct cs_u2f_work *work, size_t handle);

/* ---- touch_fido2.c: a key that speaks FIDO2 ---- */

/* Whether it will demand its PIN. */
bool cs_u2f_needs_pin(const struct cs_u2f_work *work, unsigned key);

/* Whether it takes a PIN: an error if not, as far as `tries_kept` matters. *ret_left: tries, -1 if
 * nobody asked. */
enum cs_err cs_u2f_check_tries(const struct cs_u2f_work *work, unsigned key, int *ret_left,
                               struct cs_error *error) CS_MUST_USE;

/* Has the key sign or register, until the deadline. Only CS_ERR_UNAVAILABLE may be tried again. */
enum cs_err cs_u2f_ask_fido2(struct cs_u2f_work *work, unsigned key,
                             struct cs_error *error) CS_MUST_USE;

#endif
