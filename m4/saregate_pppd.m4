# SPDX-License-Identifier: GPL-2.0-or-later
# SAREGATE_PPPD: find pppd's headers, its version and its plugin directory.
# ppp 2.4.x has <pppd/patchlevel.h> with VERSION and no .pc file; 2.5.x has
# pppd.pc. The directory carries the version, because pppd loads plugins of
# its own version only.
AC_DEFUN([SAREGATE_PPPD], [
AC_ARG_WITH([pppd-plugin-dir],
	[AS_HELP_STRING([--with-pppd-plugin-dir=DIR], [directory for pppd plugins (LIBDIR/pppd/VERSION)])])
PKG_CHECK_MODULES([PPPD], [pppd >= 2.5.0],
	[pppd_version=`$PKG_CONFIG --modversion pppd`],
	[AC_CHECK_HEADER([pppd/patchlevel.h], [],
		[AC_MSG_ERROR([pppd headers not found: install ppp-dev])])
	AC_MSG_CHECKING([for the version of pppd])
	pppd_version=`printf '%s\n' '#include <pppd/patchlevel.h>' 'pppd_version VERSION' |
		$CPP -P $CPPFLAGS - 2>/dev/null | tr -d ' \n' | $SED -n 's/^pppd_version"\(.*\)"$/\1/p'`
	AC_MSG_RESULT([$pppd_version])])
AS_IF([test -z "$pppd_version"], [AC_MSG_ERROR([the version of pppd could not be read])])
AS_IF([test -n "$with_pppd_plugin_dir"],
	[pppdplugindir=$with_pppd_plugin_dir],
	[pppdplugindir='${prefix}/lib/pppd/'"$pppd_version"])
AC_SUBST([pppdplugindir])
AC_DEFINE_UNQUOTED([PPPD_HEADERS_VERSION], ["$pppd_version"], [version of pppd that the plugin is built for])
])
