/* SPDX-License-Identifier: Apache-2.0 */
/*
 * otpauth-migration://offline?data=..., what Google Authenticator exports: several factors as a
 * protocol buffer in base64. Its few fields are read here: a library for them would bring a code
 * generator that runs on the building machine, also for cross builds.
 */
#ifndef CS_IMPORT_MIGRATION_H
#define CS_IMPORT_MIGRATION_H

#include "import/imported.h"

/* Reads `uri`, cut up on the way. `before`: the user's name before it, or "". Adds rows or faults,
 * and a note if it is one of several parts. */
enum cs_err cs_import_migration(const struct cs_import_source *source, size_t line,
                                const char *before, char *uri, struct cs_imports *imports,
                                struct cs_error *error) CS_MUST_USE;

#endif
