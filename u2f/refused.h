/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that are plugged in but may not be opened. The libraries that find keys skip them
 * silently. */
#ifndef CS_U2F_REFUSED_H
#define CS_U2F_REFUSED_H

#include "base/error.h"

#define CS_U2F_HID_CLASS "/sys/class/hidraw"
#define CS_U2F_DEVICES "/dev"

/* CS_ERR_NOT_FOUND, with a sentence that names the device, if one of the HID devices in
 * `class_folder` is a FIDO key whose node in `device_folder` may not be opened; CS_OK if there is
 * none or that cannot be determined. */
enum cs_err cs_u2f_check_refused(const char *class_folder, const char *device_folder,
                                 struct cs_error *error) CS_MUST_USE;

#endif
