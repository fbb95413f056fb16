//! The address that phones use: parsed once, and refused where a phone could not use it.
//! It is printed on paper, so what is wrong with it is said before anything is printed, and not by
//! officers whose slips lead nowhere.

use url::{Host, Url};

use crate::app::{App, AppError, Part};
use crate::text::Refusal;

/// The setting that holds the address.
pub(super) const PUBLIC_URL: &str = "public_url";

/// An address that phones can be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress {
    /// Scheme, host and port, without a slash at the end.
    text: String,
    /// Whether only this machine can reach it.
    loopback: bool,
}

impl PublicAddress {
    /// Reads an address as somebody typed it.
    pub fn parse(typed: &str) -> Result<Self, Refusal> {
        let wrong = |zh: &str, en: &str| {
            Refusal::new(
                format!(
                    "对外地址（public_url）“{}”不可用：{zh}，应写作 https://zicha.example.gov.cn",
                    typed.trim()
                ),
                format!(
                    "the public address `{}` cannot be used: {en}; write it as \
                     https://zicha.example.gov.cn",
                    typed.trim()
                ),
            )
        };
        let url = Url::parse(typed.trim()).map_err(|_| {
            wrong("不是完整的网址", "it is no complete address with http:// or https://")
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong(
                "应以 http:// 或 https:// 开头",
                "it must begin with http:// or https://",
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("不能含用户名和口令", "it must not hold a name or password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("不能含 ? 或 #", "it must not hold ? or #"));
        }
        if !matches!(url.path(), "" | "/") {
            return Err(wrong(
                "不能带路径，问卷须在域名的根路径下",
                "it must not hold a path: the questionnaire is at the root of its host",
            ));
        }
        let loopback = match url.host() {
            Some(Host::Ipv4(ip)) if ip.is_unspecified() => {
                return Err(wrong("0.0.0.0 不是手机能访问的地址", "no phone can reach 0.0.0.0"));
            }
            Some(Host::Ipv6(ip)) if ip.is_unspecified() => {
                return Err(wrong("[::] 不是手机能访问的地址", "no phone can reach [::]"));
            }
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            None => return Err(wrong("没有主机名", "it has no host")),
        };
        Ok(Self { text: url.as_str().trim_end_matches('/').to_owned(), loopback })
    }

    /// The address without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is reached over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.text.starts_with("https://")
    }

    /// Whether only this machine can reach it.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }
}

impl App {
    /// Keeps the public address that was given, for commands that are not told any.
    pub fn remember_public_address(&self) -> Result<(), AppError> {
        if self.settings.part != Part::Intake && self.settings.public_url.is_some() {
            self.set_setting(PUBLIC_URL, self.settings.public_url().as_str())?;
        }
        Ok(())
    }

    /// The address that slips carry; refused if only this machine can reach it and nobody asked for
    /// that by name.
    pub fn address_for_slips(&self) -> Result<PublicAddress, AppError> {
        let address = self.settings.public_address()?;
        if address.is_loopback() && self.settings.public_url.is_none() {
            return Err(Refusal::new(
                format!(
                    "还没有设置手机访问的地址：{} 只有本机能打开，不能印在纸条上。请由 IT 设置 \
                     ZICHA_PUBLIC_URL（如 https://zicha.example.gov.cn）；确实只在本机试用的，写明 \
                     ZICHA_PUBLIC_URL={}",
                    address.as_str(),
                    address.as_str()
                ),
                format!(
                    "no address for phones is set: only this machine can reach {}, so it is not \
                     printed on slips. Set ZICHA_PUBLIC_URL (such as \
                     https://zicha.example.gov.cn); for a trial on this machine alone, say so with \
                     ZICHA_PUBLIC_URL={}",
                    address.as_str(),
                    address.as_str()
                ),
            )
            .into());
        }
        Ok(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_in_one_way_or_refused() {
        let text = |typed: &str| PublicAddress::parse(typed).map(|a| a.as_str().to_owned());
        for (typed, wanted) in [
            ("https://z.example.cn", "https://z.example.cn"),
            (" HTTPS://Z.Example.CN/ ", "https://z.example.cn"),
            ("https://z.example.cn:443", "https://z.example.cn"),
            ("http://10.0.0.8:8080/", "http://10.0.0.8:8080"),
        ] {
            assert_eq!(text(typed).unwrap(), wanted);
        }
        assert!(PublicAddress::parse(" HTTPS://x.cn").unwrap().is_https());
        for wrong in [
            "",
            "z.example.cn",
            "ftp://x.cn",
            "http://0.0.0.0:80",
            "http://[::]",
            "https://x.cn/zicha",
            "https://x.cn?a=1#x",
            "https://a:b@x.cn",
            "//x.cn",
        ] {
            assert!(text(wrong).is_err(), "{wrong}");
        }
        for here in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:9"] {
            assert!(PublicAddress::parse(here).unwrap().is_loopback(), "{here}");
        }
    }
}
