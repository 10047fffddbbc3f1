/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl, loaded when it is first needed: with almost 30 libraries that it brings, the loader
 * works longer than a login takes, and most processes make no request.
 *
 * The rest of net/ calls libcurl's functions by their own names, with the checks of its header.
 * libcurl.c defines those that are used: each passes on to the loaded library.
 */
#ifndef CS_NET_LIBCURL_H
#define CS_NET_LIBCURL_H

#include "base/error.h"

/* Before any other function of libcurl: loads it, unless that was done before. Any thread may call
 * this. CS_ERR_UNAVAILABLE: it is missing or does not fit, and the error says what to do; the next
 * call tries again. */
enum cs_err cs_libcurl_load(struct cs_error *error) CS_MUST_USE;

#endif
