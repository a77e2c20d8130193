// 通行密钥: the sign-in library tells of a ceremony that failed by an event; the page says it.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault(); // a cancelled fingerprint is no fault of the program
  const told = document.getElementById("passkey-trouble");
  if (told) told.hidden = false;
});
