# SPDX-License-Identifier: Apache-2.0
# Installation paths. The default is a distribution's layout: /usr, /etc, /var, /run.
if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
  set(CMAKE_INSTALL_PREFIX /usr CACHE PATH "Installation prefix" FORCE)
endif()
include(GNUInstallDirs)

set(CS_PAM_DIR ${CMAKE_INSTALL_FULL_LIBDIR}/security CACHE PATH "PAM modules")
set(CS_LIBEXEC_DIR ${CMAKE_INSTALL_PREFIX}/lib/countersign CACHE PATH "The broker")
set(CS_SYSTEMD_DIR ${CMAKE_INSTALL_PREFIX}/lib/systemd/system CACHE PATH "systemd units")
set(CS_SYSUSERS_DIR ${CMAKE_INSTALL_PREFIX}/lib/sysusers.d CACHE PATH "sysusers.d")
set(CS_TMPFILES_DIR ${CMAKE_INSTALL_PREFIX}/lib/tmpfiles.d CACHE PATH "tmpfiles.d")
set(CS_UDEV_DIR ${CMAKE_INSTALL_PREFIX}/lib/udev/rules.d CACHE PATH "udev rules")
set(CS_CONFIG_DIR ${CMAKE_INSTALL_FULL_SYSCONFDIR}/countersign CACHE PATH "Configuration and key")
set(CS_LOCALE_DIR ${CMAKE_INSTALL_FULL_LOCALEDIR} CACHE PATH "Translations")
set(CS_STATE_DIR /var/lib/countersign CACHE PATH "The store")
set(CS_RUN_DIR /run/countersign CACHE PATH "The broker's socket")

set(CS_BROKER_PATH ${CS_LIBEXEC_DIR}/countersignd)
configure_file(${CMAKE_SOURCE_DIR}/cmake/paths.h.in ${CMAKE_BINARY_DIR}/generated/paths.h @ONLY)
