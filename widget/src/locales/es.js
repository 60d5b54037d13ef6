/** Español. */

/** @type {typeof import('./en.js').loader} */
export const loader = {
  region: 'Chat',
  label: 'Chatee con nosotros',
  close: 'Cerrar el chat',
  unreadOne: '1 mensaje nuevo',
  unreadMany: '{n} mensajes nuevos',
};

/** @type {typeof import('./en.js').frame} */
export const frame = {
  lang: 'es',
  webchat: 'es-ES',
  direction: 'ltr',

  title: 'Asistente de chat',
  loading: 'Cargando el chat…',
  close: 'Cerrar el chat',
  menu: 'Menú',
  person: 'Hablar con una persona',
  personMessage: 'Hablar con una persona',
  summary: 'Resumen del cuestionario',
  download: 'Descargar el chat (.txt)',
  print: 'Imprimir el chat',
  restart: 'Empezar de nuevo',
  delete: 'Borrar mis datos',
  privacy: 'Aviso de privacidad',
  newTab: '(se abre en una pestaña nueva)',

  consentTitle: 'Antes de empezar',
  consentBot:
    'Usted habla con un bot. No es un médico y no puede examinarle. En español hace el cuestionario; las respuestas de su documento están solo en inglés.',
  consentEmergency:
    'No sirve para emergencias. En una emergencia, llame a su número local de emergencias.',
  consentKept:
    'Lo que escriba puede ser información de salud. Se guarda en el servidor de la clínica durante un máximo de {days} para que pueda continuar más tarde. Puede borrarlo en cualquier momento desde el menú.',
  consentCookie: 'Una cookie (o una entrada en este navegador) recuerda este chat.',
  dayOne: '1 día',
  dayMany: '{n} días',
  agree: 'Aceptar y empezar',
  decline: 'No, gracias',

  welcome:
    '¡Hola! Soy un bot. En español puedo repasar con usted la lista de motivos en contra del láser para las estrías. Las respuestas a otras preguntas vienen de un solo documento y están solo en inglés. No soy médico.',
  welcomeButtons: [
    { title: 'Empezar el cuestionario', payload: 'Empezar el cuestionario' },
    { title: 'Hablar con una persona', payload: 'Hablar con una persona' },
    { title: 'In English', payload: 'In English' },
  ],
  restored: 'Se muestra de nuevo su conversación.',

  restartTitle: '¿Empezar de nuevo?',
  restartText:
    'El chat y el cuestionario empiezan desde cero. Lo que escribió antes queda en el servidor hasta que elija «Borrar mis datos».',
  restartYes: 'Empezar de nuevo',
  restartDone: 'El chat empieza de nuevo.',
  deleteTitle: '¿Borrar mis datos?',
  deleteText:
    'Todo lo que escribió aquí, las respuestas del bot y sus respuestas del cuestionario se borran del servidor. Esta acción no se puede deshacer.',
  deleteYes: 'Borrar todo',
  deleteDone: 'Sus datos se han borrado.',
  cancel: 'Cancelar',

  summaryNone:
    'Todavía no hay resumen. Empiece el cuestionario y responda primero a algunas preguntas.',
  saveText: 'Descargar (.txt)',
  printIt: 'Imprimir',
  done: 'Listo',

  failed: 'Su mensaje no se envió. Elija «Reintentar» debajo del mensaje.',
  tooLong: 'Un mensaje puede tener como máximo {n} caracteres. Envíe el resto en otro mensaje.',
  offline: 'En este momento no hay conexión con el asistente.',
  broken: 'El resto de la respuesta no llegó.',
  again: 'Intentar de nuevo',
  dismiss: 'Cerrar el aviso',
  trouble: 'No ha funcionado. Inténtelo de nuevo en un momento.',
  noStart:
    'En este momento no se puede contactar con el asistente. Inténtelo más tarde o contacte con la clínica.',
  expired: 'Este chat ha terminado. Puede empezar uno nuevo.',

  botName: 'El asistente',
  you: 'Usted',
  bot: 'Asistente (bot)',
  transcriptTitle: 'Chat del {date}',
  choices: 'Opciones: {list}',
  notDoctor: 'Escrito por un bot. No es un diagnóstico ni un consejo médico.',
  fileChat: 'chat',
  fileSummary: 'resumen',
};
